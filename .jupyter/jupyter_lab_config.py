"""JupyterLab for the chapters (`make lab`): on this machine alone, asking nothing of others."""

c = get_config()  # noqa: F821

c.ServerApp.ip = "127.0.0.1"
c.ServerApp.allow_root = True  # or it would not start in most containers
c.ServerApp.contents_manager_class = "openbook.lab.Chapters"
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
