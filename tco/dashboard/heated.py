"""
Heated kernels: Voilà can start the kernel of a page ahead of its viewer, who then finds the page made.

What `voila.utils.wait_for_request` does is done here in a few lines, since to import it costs each kernel 50 MB and two
seconds: it brings the whole server along.
"""

import json
import os
import time
from typing import Final

SECONDS_BETWEEN_CALLS: Final = 1.0
# The variable of the environment that is there once somebody has come: the query of the address.
QUERY: Final = "QUERY_STRING"


def nobody_has_come() -> bool:
    """
    Whether this is the kernel of a page that was started ahead and still waits for its viewer.
    """
    return os.environ.get("VOILA_PREHEAT", "False") != "False" and QUERY not in os.environ


def wait_for_viewer() -> None:
    """
    Return once somebody has asked for the page; the environment then has the query of the address.
    """
    from websockets.exceptions import WebSocketException  # noqa: PLC0415, elsewhere not needed
    from websockets.sync.client import connect  # noqa: PLC0415

    of = os.environ
    server = f"ws://{of.get('VOILA_APP_IP', '127.0.0.1')}:{of['VOILA_APP_PORT']}{of.get('VOILA_SERVER_URL', '/')}"
    while nobody_has_come():
        try:
            with connect(f"{server}voila/query/{of['VOILA_KERNEL_ID']}", proxy=None) as connection:
                os.environ.update(json.loads(connection.recv()))
        except (OSError, WebSocketException):
            # A server too busy to answer is asked again: to go on would show whoever comes with a link something else.
            time.sleep(SECONDS_BETWEEN_CALLS)
