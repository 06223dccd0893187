"""The book's models: pure functions over tables, arrays and numbers. No files, no charts."""
