"""tests/e2e/page.py -- a browser's manners on a command line: asks a page's API, keeps cookie and token in a file.
usage: page.py JAR URL [--ca FILE] get PATH | login WHO PHRASE | post PATH JSON | run COMMAND WORD... [--request ID]
       | until PATH MEMBER VALUE   (asks again and again, 20 s at most)
Prints status and JSON in one line. Exit status 0 if there was an answer at all."""
import http.client
import json
import ssl
import sys
import time
import urllib.parse


class Page:
    def __init__(self, jar, url, ca):
        self.jar, self.url, self.ca = jar, urllib.parse.urlsplit(url), ca
        try:
            with open(jar) as f:
                self.kept = json.load(f)
        except OSError:
            self.kept = {}

    def ask(self, method, path, body=None):
        if self.url.scheme == "https":
            link = http.client.HTTPSConnection(self.url.hostname, self.url.port, timeout=30,
                                               context=ssl.create_default_context(cafile=self.ca))
        else:
            link = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=30)
        heads = {}
        cookies = self.kept.setdefault("cookies", {})
        if cookies:
            heads["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if method == "POST":
            heads["Content-Type"] = "application/json"
            heads["Origin"] = f"{self.url.scheme}://{self.url.netloc}"
            heads["Bookmobile-Csrf"] = self.kept.get("csrf", "")
        link.request(method, path, body, heads)
        reply = link.getresponse()
        said = json.loads(reply.read() or b"null")
        if reply.getheader("Set-Cookie"):
            name, value = reply.getheader("Set-Cookie").split(";")[0].split("=", 1)
            cookies[name] = value
        if isinstance(said, dict) and said.get("csrf"):
            self.kept["csrf"] = said["csrf"]
        with open(self.jar, "w") as f:
            json.dump(self.kept, f)
        return reply.status, said


def member(value, path):
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def until(page, path, name, want):
    for _ in range(400):
        try:
            status, said = page.ask("GET", path)
            if json.dumps(member(said, name)) == want:
                break
        except OSError:
            status, said = 0, None
        time.sleep(0.05)
    return status, said


def main(args):
    jar, url = args[:2]
    args = args[2:]
    ca = None
    if args[0] == "--ca":
        ca, args = args[1], args[2:]
    page = Page(jar, url, ca)
    what, args = args[0], args[1:]
    if what == "get":
        answer = page.ask("GET", args[0])
    elif what == "login":
        answer = page.ask("POST", "/api/login", json.dumps({"who": args[0], "phrase": args[1]}))
    elif what == "post":
        answer = page.ask("POST", args[0], args[1])
    elif what == "until":
        answer = until(page, *args)
    else:
        request = args[args.index("--request") + 1] if "--request" in args else None
        words = args[1:args.index("--request")] if request else args[1:]
        answer = page.ask("POST", "/api/run", json.dumps({"command": args[0], "words": words, "request": request}))
    print(answer[0], json.dumps(answer[1]))


main(sys.argv[1:])
