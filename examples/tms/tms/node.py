# SPDX-License-Identifier: Apache-2.0
"""The node's HTTP interface: JSON, problems, pages, and the stream of events. Knows no rule and keeps nothing."""

import http.client
import json
import socket
import urllib.parse

# Longer than the node waits for a transaction, and than it leaves a stream without a heartbeat.
TIMEOUT_S = 40
PAGE = 200


class Unreachable(Exception):
    """No answer: try again later; nothing is known of what became of the request."""


class Problem(Exception):
    """The node's refusal (RFC 9457). Programs branch on `code`."""

    def __init__(self, details):
        super().__init__(f"{details.get('code')}: {details.get('detail')}")
        self.code = details.get("code")
        self.status = details.get("status")

    @property
    def is_passing(self):
        """True if the same request may go well a little later."""
        return self.status == 429 or self.status >= 500


class Node:
    """One node, asked with an API key."""

    def __init__(self, url, api_key):
        parts = urllib.parse.urlsplit(url)
        self._secure = parts.scheme == "https"
        self._address = (parts.hostname, parts.port)
        self._headers = {"Authorization": f"Bearer {api_key}", "Accept-Language": "en"}

    def get(self, path, **query):
        """Reads JSON; parameters that are None are left out."""
        asked = {name: value for name, value in query.items() if value is not None}
        if asked:
            path = f"{path}?{urllib.parse.urlencode(asked)}"
        return self._ask("GET", path, None)

    def post(self, path, body):
        """Sends JSON, reads JSON."""
        return self._ask("POST", path, json.dumps(body).encode())

    def delete(self, path):
        """Removes something."""
        return self._ask("DELETE", path, None)

    def pages(self, path, **query):
        """Every page of a list."""
        cursor = None
        while True:
            page = self.get(path, limit=PAGE, cursor=cursor, **query)
            yield page
            cursor = page["next"]
            if cursor is None:
                return

    def last_change(self):
        """The number of the newest change on the chain."""
        header = self.get("/v1/headers/latest")["header"]
        return header["change_first_seq"] + header["change_count"] - 1

    def events(self, after):
        """The changes behind a number as they come."""
        return Stream(self._connect(), self._headers | {"Last-Event-ID": str(after)})

    def _connect(self):
        host, port = self._address
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        return kind(host, port, timeout=TIMEOUT_S)

    def _ask(self, method, path, body):
        connection = self._connect()
        headers = self._headers | ({"Content-Type": "application/json"} if body is not None else {})
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            told = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error)) from error
        finally:
            connection.close()
        try:
            answer = json.loads(told)
        except ValueError as error:
            raise Unreachable(f"status {response.status} without JSON") from error
        if response.status >= 400:
            raise Problem(answer)
        return answer


class Stream:
    """Changes as they come: the data of each, and None at every heartbeat. One thread takes them, another may close
    it: the node lets a caller have a few streams, and does not know of one that nobody reads."""

    def __init__(self, connection, headers):
        self._connection, self._headers = connection, headers
        self._socket = None
        self.closed = False

    def __iter__(self):
        try:
            self._connection.connect()
            # The connection forgets it where the answer has no length.
            self._socket = self._connection.sock
            if self.closed:
                return
            self._connection.request("GET", "/v1/events", headers=self._headers | {"Accept": "text/event-stream"})
            with self._connection.getresponse() as response:
                if response.status != 200:
                    raise Problem(json.loads(response.read()))
                for frame in _frames(response):
                    # What came before it was closed can still be read.
                    if self.closed:
                        return
                    yield frame
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error)) from error
        finally:
            self._connection.close()

    def close(self):
        """Ends it, also for who waits for the next one."""
        self.closed = True
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It has ended by itself.


def _frames(response):
    """The frames of a stream of server-sent events. A node writes each `data` on one line."""
    data = None
    for raw in response:
        line = raw.decode().rstrip("\r\n")
        if line.startswith("data:"):
            data = line[5:].strip()
        elif line.startswith(":"):
            yield None
        elif line == "" and data is not None:
            yield json.loads(data)
            data = None
    raise Unreachable("the stream ended")
