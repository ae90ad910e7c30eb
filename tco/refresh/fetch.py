"""Fetch: answers of the providers' endpoints, with patience for busy servers and none for broken answers."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tco.refresh.offers import RefreshError

# Attempts after the first; the pauses double from half a second up to one minute, or are what the server asks for.
RETRIES: Final = 6
BACKOFF_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 60
TIMEOUT_SECONDS: Final = (10, 60)
BUSY: Final = (429, 500, 502, 503, 504)

LARGEST_ANSWER_BYTES: Final = 64_000_000
# The offer file of a large region had several hundred megabytes.
LARGEST_FILE_BYTES: Final = 8_000_000_000
CHUNK_BYTES: Final = 1 << 18

# Called with the bytes that are there and the bytes that there will be, 0 where nobody knows.
Progress = Callable[[int, int], None]


class Fetcher:
    """
    Asks endpoints, again where they are busy.

    Parameters
    ----------
    backoff_seconds : float
        First pause after a busy answer.
    """

    def __init__(self, backoff_seconds: float = BACKOFF_SECONDS) -> None:
        self._session = requests.Session()
        retry = Retry(
            total=RETRIES,
            status_forcelist=BUSY,
            allowed_methods=["GET"],
            backoff_factor=backoff_seconds,
            backoff_max=LONGEST_PAUSE_SECONDS,
            retry_after_max=LONGEST_PAUSE_SECONDS,
            raise_on_status=False,
        )
        self._session.mount("https://", HTTPAdapter(max_retries=retry))
        self._session.mount("http://", HTTPAdapter(max_retries=retry))

    def json(self, url: str, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
        """
        The JSON object that an endpoint answers with.

        Parameters
        ----------
        url : str
            Address.
        parameters : mapping, optional
            Parameters of the query.

        Returns
        -------
        answer : dict
            The object.

        Raises
        ------
        RefreshError
            If there is no answer, or it is no whole JSON object.
        """
        content = bytearray()
        with self._answer(url, parameters, {}) as answer:
            for chunk in _chunks(answer, url):
                content += chunk
                if len(content) > LARGEST_ANSWER_BYTES:
                    raise RefreshError(f"the answer of {_place(url)} is larger than {LARGEST_ANSWER_BYTES:,} bytes")
        try:
            found = json.loads(content)
        except ValueError:
            raise RefreshError(f"the answer of {_place(url)} is no whole JSON") from None
        if not isinstance(found, dict):
            raise RefreshError(f"the answer of {_place(url)} is no JSON object")
        return found

    def download(self, url: str, path: Path, progress: Progress) -> None:
        """
        A large file, on disk; what an earlier attempt left is not fetched again.

        Parameters
        ----------
        url : str
            Address.
        path : Path
            Where the file goes, whole or not at all. Beside it stands `.part` until it is whole.
        progress : callable
            Told how far it is.

        Raises
        ------
        RefreshError
            If it cannot be fetched as a whole; what there is of it stays for the next attempt.
        """
        part, tag = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.etag")
        for _ in range(1 + RETRIES):
            before = part.stat().st_size if part.exists() else 0
            try:
                self._continue(url, part, tag, progress)
            except RefreshError:
                after = part.stat().st_size if part.exists() else 0
                if after <= before:  # nothing came: the next attempt would fare no better
                    raise
            else:
                part.replace(path)
                tag.unlink(missing_ok=True)
                return
        raise RefreshError(f"the answer of {_place(url)} broke off {1 + RETRIES} times; the next refresh goes on there")

    def _continue(self, url: str, part: Path, tag: Path, progress: Progress) -> None:
        """Fetch what is missing of a file."""
        known = tag.read_text(encoding="ascii", errors="replace") if tag.exists() and part.exists() else ""
        start = part.stat().st_size if known else 0
        # A file that has changed meanwhile is sent as a whole: If-Range sees to that.
        headers = {"Range": f"bytes={start}-", "If-Range": known} if start else {}
        with self._answer(url, None, headers | {"Accept-Encoding": "identity"}) as answer:
            resumed = answer.status_code == requests.codes.partial_content
            start = start if resumed else 0
            total = start + int(answer.headers.get("Content-Length", 0))
            tag.write_text(answer.headers.get("ETag", ""), encoding="ascii", errors="replace")
            with part.open("ab" if resumed else "wb") as file:
                for chunk in _chunks(answer, url):
                    file.write(chunk)
                    progress(file.tell(), total)
                    if file.tell() > LARGEST_FILE_BYTES:
                        raise RefreshError(f"the answer of {_place(url)} is larger than {LARGEST_FILE_BYTES:,} bytes")

    def _answer(self, url: str, parameters: Mapping[str, str] | None, headers: Mapping[str, str]) -> requests.Response:
        try:
            answer = self._session.get(
                url, params=parameters, headers=headers, stream=True, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise RefreshError(f"{_place(url)} cannot be reached ({_reason(error)})") from None
        if answer.status_code not in (requests.codes.ok, requests.codes.partial_content):
            answer.close()
            raise RefreshError(f"{_place(url)} answers with status {answer.status_code}")
        return answer


def _chunks(answer: requests.Response, url: str) -> Any:
    try:
        yield from answer.iter_content(CHUNK_BYTES)
    except requests.RequestException:
        raise RefreshError(f"the answer of {_place(url)} broke off") from None


def _place(url: str) -> str:
    """Host and path without the query, in which a key may stand."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "no trusted certificate"
    return "no connection"
