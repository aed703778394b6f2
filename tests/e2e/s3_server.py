"""A real S3 server, which verifies signatures, with one bucket (tests/support/s3-test-server)."""

import contextlib
import pathlib
import subprocess
import tempfile

from stack import free_port

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "support" / "s3-test-server"


class S3:
    def __init__(self, endpoint, access_key, secret_key, bucket):
        self.endpoint = endpoint
        self.bucket_url = f"{endpoint}/{bucket}"
        # Of the services.
        self.settings = {"DESCANT_STORAGE": "s3", "DESCANT_S3_ENDPOINT": endpoint, "DESCANT_S3_BUCKET": bucket,
                         "AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": secret_key}


@contextlib.contextmanager
def running():
    account = ("descant-test", "not-a-secret-at-all", "descant")
    with tempfile.TemporaryDirectory(prefix="descant-s3-") as folder:
        data = pathlib.Path(folder) / "data"
        # Its output goes to a file: what it leaves running would hold a pipe open.
        with open(pathlib.Path(folder) / "start.log", "w+") as output:
            subprocess.run([SCRIPT, data, str(free_port()), *account], check=True, stdin=subprocess.DEVNULL,
                           stdout=output, timeout=180)
            output.seek(0)
            endpoint = output.read().strip()
        try:
            yield S3(endpoint, *account)
        finally:
            subprocess.run([SCRIPT, "stop", data], check=True, timeout=60)
