"""A headless Chromium that a test drives as a person would: by keys, and by what a screen reader is told. It talks over two
pipes (--remote-debugging-pipe), so that no port is opened."""
import json
import os
import subprocess
import time


class Browser:
    def __init__(self, profile, width=1280, height=1000):
        theirs_in, self.out = os.pipe()
        self.inp, theirs_out = os.pipe()
        fds = (theirs_in, theirs_out)

        def ends():  # the browser reads from 3 and writes to 4
            spare = [os.dup(os.dup(fd)) for fd in fds]
            os.dup2(spare[0], 3)
            os.dup2(spare[1], 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", f"--user-data-dir={profile}",
             f"--window-size={width},{height}", "--host-resolver-rules=MAP * ~NOTFOUND"],
            preexec_fn=ends, close_fds=False, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for fd in fds:
            os.close(fd)
        self.buffer, self.number, self.session, self.said, self.asked = b"", 0, None, [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network", "DOM", "Accessibility":
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.out)
        os.close(self.inp)
        self.process.kill()
        self.process.wait()

    def receive(self):
        while b"\0" not in self.buffer:
            news = os.read(self.inp, 1 << 16)
            assert news, "the browser is gone"
            self.buffer += news
        message, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(message)
        method, params = message.get("method"), message.get("params", {})
        if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.said.append(params)
        if method == "Network.requestWillBeSent" and not params["request"]["url"].startswith(("file:", "data:")):
            self.asked.append(params["request"]["url"])
        return message

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def visit(self, path):
        self.call("Page.navigate", url=f"file://{os.path.abspath(path)}")
        while self.receive().get("method") != "Page.loadEventFired":
            pass

    def scripts(self, wanted):
        self.call("Emulation.setScriptExecutionDisabled", value=not wanted)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key, code, text=None):
        for kind in "keyDown", "keyUp":
            more = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more)

    def tab(self):
        self.press("Tab", 9)

    def enter(self):
        self.press("Enter", 13, "\r")
        time.sleep(0.05)

    def spoken(self):
        """What a screen reader finds: (role, name) of each node that is not ignored."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node.get("role", {}).get("value"), node.get("name", {}).get("value"))
                for node in nodes if not node.get("ignored")]
