"""A headless Chromium driven over its DevTools protocol, through a pair of pipes, with the standard library alone."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile


class Browser:
    """One page of one browser. Events that came while an answer was waited for are in `events`; `asked` has the schemes
    of the addresses that pages asked for, as far as `complaints` has looked."""

    def __init__(self):
        program = next((found for name in ("chromium", "chromium-browser", "google-chrome")
                        if (found := shutil.which(name))), None)
        if not program:
            raise SystemExit("no Chromium: apt-get install -y chromium")
        self.profile = tempfile.mkdtemp()
        to_browser, self.to = os.pipe()
        self.from_, from_browser = os.pipe()

        def as_three_and_four():  # the descriptors that --remote-debugging-pipe reads and writes
            read, write = os.dup(to_browser), os.dup(from_browser)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--no-first-run", "--disable-extensions", "--disable-dev-shm-usage", "--disable-background-networking",
             "--user-data-dir=" + self.profile, "about:blank"],
            preexec_fn=as_three_and_four, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.number, self.session, self.events, self.asked = b"", 0, None, [], set()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _message(self):
        while b"\0" not in self.buffer:
            if not select.select([self.from_], [], [], 60)[0]:
                raise SystemExit("the browser has said nothing for 60 s")
            read = os.read(self.from_, 1 << 20)
            if not read:
                raise SystemExit("the browser has gone")
            self.buffer += read
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, url):
        """Loads a page; returns what the console said and what failed to load."""
        self.events = []
        self.call("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._message())
        self.evaluate("1")
        return self.complaints()

    def complaints(self):
        said = []
        for event in self.events:
            parameters = event.get("params", {})
            if event["method"] == "Runtime.consoleAPICalled":
                said.append("console: " + " ".join(str(a.get("value", "")) for a in parameters["args"]))
            elif event["method"] == "Runtime.exceptionThrown":
                said.append("exception: " + parameters["exceptionDetails"]["text"])
            elif event["method"] == "Log.entryAdded":
                said.append("log: " + parameters["entry"]["text"])
            elif event["method"] == "Network.loadingFailed":
                said.append("failed to load: " + parameters["errorText"])
            elif event["method"] == "Network.requestWillBeSent":
                self.asked.add(parameters["request"]["url"].partition(":")[0])
        self.events = []
        return said

    def show(self, width, height, theme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media="screen",
                  features=[{"name": "prefers-color-scheme", "value": theme}])

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"].get("exception", answer["exceptionDetails"])))
        return answer["result"].get("value")

    def picture(self, file, top=0, width=None, height=None):
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))
