"""Health check inside the web container: gets /healthz as nginx would. Exit code 0 when it answers 200."""

import os
import urllib.request

request = urllib.request.Request(
    "http://127.0.0.1:8000/healthz",
    headers={"Host": os.environ["ALLOWED_HOSTS"].split(",")[0], "X-Forwarded-Proto": "https"},
)
urllib.request.urlopen(request, timeout=8)
