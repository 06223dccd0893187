# Run this cell first. If the book's packages are missing, it installs them into this environment
# from the re-run kit: the one that lies here, or the zip at ADDRESS.
# Without a network: unpack the kit here and install from it as its README says.
import importlib.util
import os
import runpy
import sys
import urllib.request
import zipfile
from pathlib import Path

KIT, ADDRESS, PACKAGES = "", "", []


def kit_folder(fetch):
    """Return the kit's folder, unpacked or fetched if need be; None if there is none."""
    here, packed = Path.cwd(), Path(f"{KIT}.zip")
    for folder in (here, *here.parents, here / KIT):
        if (folder / "wheels").is_dir() and (folder / "install.py").is_file():
            return folder
    if fetch and ADDRESS and not packed.is_file():
        print("Fetching", ADDRESS)
        part, _ = urllib.request.urlretrieve(ADDRESS)
        packed.write_bytes(Path(part).read_bytes())
    if packed.is_file():
        zipfile.ZipFile(packed).extractall(here)
        return here / KIT
    return None


missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
kit = kit_folder(fetch=bool(missing))
if missing and not kit:
    raise SystemExit(f"No {' and '.join(missing)}: put {KIT}.zip, of the book's site, beside this")
if missing:
    print(f"Installing {' and '.join(missing)} and what they need: some minutes, once")
    runpy.run_path(str(kit / "install.py"), run_name="__main__")
    print("Installed. In JupyterLab charts are pictures until its page is loaded again")
if kit:
    os.environ.setdefault("OPENBOOK_DATA", str(kit / "data"))
if "google.colab" in sys.modules:
    from google.colab import output

    output.enable_custom_widget_manager()  # it draws the charts
print("Tables are read from", os.environ.get("OPENBOOK_DATA", "the installed package"))
