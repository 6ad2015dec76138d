"""The site. Sphinx makes the reference from the docstrings; MyST-NB runs every block, and one that fails ends the build.

sphinx-build -W --keep-going docs site        needs the set-up for developers; nothing is fetched
"""

import atexit
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from striate import __version__

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the pages call striate

# A kernel tells the programs that its cells start to colour what they print, though that is piped into the page.
settings = TemporaryDirectory()
atexit.register(settings.cleanup)
startup = Path(settings.name, "profile_default", "startup", "plain.py")
startup.parent.mkdir(parents=True)
startup.write_text("import os\nos.environ.pop('FORCE_COLOR', None)\nos.environ.pop('CLICOLOR_FORCE', None)\n")
os.environ["IPYTHONDIR"] = settings.name

project, author, release = "Striate", "the authors of Striate", __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["skill"]  # for programs
html_theme, html_title = "furo", "Striate"
html_copy_source = html_show_sourcelink = False
default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_use_type_comments = False
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
nb_execution_mode, nb_execution_in_temp, nb_execution_timeout = "force", True, 300
nb_execution_raise_on_error = nb_execution_show_tb = True
nb_merge_streams = True
