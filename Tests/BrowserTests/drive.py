"""Drives the page in a headless Chromium: drive.py SCENARIO, with the programs' settings in the environment.

Each scenario is a function that begins with a server and an empty Redis. It fails by an assertion."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

FOLDER = Path(os.environ["BROWSER_FOLDER"])
PROGRAMS = Path(os.environ["BROWSER_PROGRAMS"])
OPERATOR, READER = os.environ["RELOCATION_HTTP_TOKEN"], os.environ["RELOCATION_HTTP_READ_TOKEN"]


def until(check, what, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            result = check()
        except WebDriverException:
            result = None  # The page changes under our hands.
        if result:
            return result
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


class Programs:
    """The two programs, as an operator runs them."""

    def __init__(self):
        self.running = []

    def enqueue(self, *arguments):
        done = subprocess.run([PROGRAMS / "relocation-enqueue", *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().split("\n")[-1]

    def status(self, uuid):
        return json.loads(self.enqueue_all("status", uuid, "--json"))

    def enqueue_all(self, *arguments):
        return subprocess.run(
            [PROGRAMS / "relocation-enqueue", *arguments], capture_output=True, text=True, check=True).stdout

    def start(self, *arguments):
        log = FOLDER / f"program-{len(self.running)}.log"
        process = subprocess.Popen([PROGRAMS / "relocation-worker", *arguments], stdout=log.open("w"), stderr=subprocess.STDOUT)
        self.running.append(process)
        return process, log

    def drain(self):
        return subprocess.run([PROGRAMS / "relocation-worker", "run", "--drain"], capture_output=True, text=True).returncode

    def serve(self):
        process, log = self.start("serve", "--http", "127.0.0.1:0")
        found = until(lambda: re.search(r"http\.port=(\d+)", log.read_text()), "the server listens")
        return f"http://127.0.0.1:{found.group(1)}"

    def end(self):
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


class Browser:
    def __init__(self, base, width=1440, dark=False):
        self.base = base
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1440,900"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        self.look(width, dark)

    def look(self, width, dark):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def open(self, path):
        self.driver.get(self.base + path)

    def sign_in(self, token=OPERATOR):
        self.open("/")
        self.find("#token").send_keys(token)
        self.click("form button")
        until(lambda: self.path == "/", "signed in")

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def find(self, selector):
        return until(lambda: next(iter(self.all(selector)), None), selector)

    def click(self, selector):
        self.find(selector).click()

    def follow(self, label):
        """Clicks what has this label: a link or a button."""
        script = """return [...document.querySelectorAll('main a, main button')].find(item => item.textContent.trim() === arguments[0])"""
        until(lambda: self.driver.execute_script(script, label), label).click()

    def confirm(self):
        self.click(".ask form button")

    @property
    def text(self):
        return until(lambda: self.find("main").text, "the page has a text")

    def shows(self, words, seconds=30):
        until(lambda: words in self.text, f"{words!r} in {self.driver.title!r}", seconds)

    @property
    def path(self):
        return self.driver.current_url.removeprefix(self.base)

    def errors(self):
        severe = [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
        # Who shows a wrong token is told so: that is no error of the page.
        return [entry["message"] for entry in severe if "401" not in entry["message"] and "409" not in entry["message"]]

    def end(self):
        self.driver.quit()


def user(pk, **changes):
    fields = {
        "password": "pbkdf2_sha256$720000$salt$digest", "last_login": None, "username": f"user-{pk}", "name": f"User {pk}",
        "email": f"user-{pk}@example.com", "is_staff": True, "is_active": True, "is_unclaimed": False, "is_superuser": True,
        "is_managed": False, "is_sentry_app": None, "is_password_expired": False, "last_password_change": None, "flags": "0",
        "session_nonce": None, "date_joined": "2023-06-22T22:59:55.488Z", "last_active": "2023-06-22T22:59:55.489Z",
        "avatar_type": 0, "avatar_url": None,
    }
    return {"model": "sentry.user", "pk": pk, "fields": fields | changes}


def option(pk, owner):
    fields = {"user": owner, "project_id": None, "organization_id": None, "key": "timezone", "value": '"Europe/Vienna"'}
    return {"model": "sentry.useroption", "pk": pk, "fields": fields}


def export(name, rows):
    path = FOLDER / name
    path.write_text(json.dumps(rows))
    return str(path)


def sound(name, first=1, count=20):
    keys = range(first, first + count)
    return export(name, [user(pk) for pk in keys] + [option(pk, pk) for pk in keys])


def faulty(name, first):
    """A user without a name, and an option that depends on it."""
    rows = [user(first), user(first + 1, username=None), option(first, first), option(first + 1, first + 1)]
    return export(name, rows)


def door(programs, browser):
    browser.open("/relocations?status=failure")
    assert browser.path == "/sign-in", browser.path
    browser.find("#token").send_keys("this-is-not-the-token")
    browser.click("form button")
    browser.shows("This is not a token of this server")
    assert browser.find("#token").get_attribute("aria-invalid") == "true"
    browser.sign_in()
    browser.shows("Overview")
    cookie = browser.driver.get_cookie("relocation_session")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and OPERATOR not in cookie["value"], cookie
    browser.driver.find_element(By.XPATH, "//button[.='Sign out']").click()
    until(lambda: browser.path == "/sign-in", "signed out")
    browser.open("/")
    assert browser.path == "/sign-in"

    programs.enqueue("pause", programs.enqueue("users", sound("users.json")))
    browser.sign_in(READER)
    browser.shows("Paused")
    browser.open("/relocations?status=pause")
    browser.shows("1 relocation matches")
    assert "Continue" not in browser.text and not browser.all(".actions a.button")
    browser.click("a[data-open]")
    browser.shows("Timeline")
    assert not browser.all(".head .actions")


def progress(programs, browser):
    uuid = programs.enqueue("users", "--chunk-size", "50", sound("acme.json", count=8000))
    browser.sign_in()
    browser.shows("no worker serves the destination default")
    browser.click("a[data-open]")
    assert browser.path == f"/relocations/{uuid}"
    browser.shows("0 of 16,000")
    browser.driver.execute_script("""
        window.seen = new Set();
        new MutationObserver(() => seen.add(document.querySelector('#progress .num').textContent))
            .observe(document.querySelector('#main'), {subtree: true, childList: true, characterData: true, attributes: true});
    """)
    programs.start("run")
    browser.shows("Done", 90)
    browser.shows("16,000 of 16,000 accounted for")
    # Nobody has loaded the page again, and steps in between were seen.
    between = browser.driver.execute_script("return [...seen]")
    assert "100 %" in between and len(between) > 2, between
    assert browser.find("#news").get_attribute("textContent") == "Status: Done"
    assert programs.status(uuid)["status"] == "SUCCESS"
    for word in ("Enqueued", "Started", "Completed"):
        assert word in browser.find("#timeline").text
    browser.open("/relocations?q=acme&status=success")
    browser.shows("1 relocation matches")
    for query in (uuid[:6], "ACME.json"):
        browser.find("#q").clear()
        browser.find("#q").send_keys(query, Keys.ENTER)
        browser.shows("1 relocation matches")
    browser.open("/relocations?q=nothing-like-this")
    browser.shows("Nothing matches this filter")


def failures(programs, browser):
    uuids = [programs.enqueue("users", faulty(f"initech-{number}.json", 10 * number)) for number in (1, 2, 3)]
    assert programs.drain() == 1
    browser.sign_in()
    browser.open("/failures")
    browser.shows("3 relocations failed for 1 cause")
    browser.shows("ValidationError in sentry.user row N (pk N): username: This field may not be null.")
    browser.follow("Retry 3")
    browser.shows("Retry 3 relocations?")
    # Another operator is faster: the page asks again before it does anything.
    programs.enqueue("retry", uuids[0])
    browser.confirm()
    browser.shows("This has changed since you looked")
    browser.shows("Retry 2 relocations?")
    browser.confirm()
    browser.shows("2 relocations will continue.")
    assert {programs.status(uuid)["status"] for uuid in uuids} == {"IN_PROGRESS"}
    assert programs.drain() == 1
    browser.open("/failures")
    browser.follow("Skip the row of 3")
    browser.shows("1 row depends on it and is dropped too: sentry.useroption 1.")
    browser.confirm()
    browser.shows("3 rows left out; 3 relocations will continue.")
    assert programs.drain() == 0
    for uuid in uuids:
        status = programs.status(uuid)
        assert status["status"] == "SUCCESS" and status["dropped"]["skippedByOperator"] == 1, status
    history = json.loads(programs.enqueue_all("history", uuids[1], "--json"))
    actors = {entry["actor"] for entry in history if entry["event"] in ("retried", "skipped")}
    assert actors == {"http:operator@127.0.0.1"}, actors
    browser.open(f"/relocations/{uuids[1]}")
    browser.shows("by http:operator@127.0.0.1")
    browser.follow("The rows")
    browser.shows("2 rows dropped")
    browser.shows("skippedByOperator")
    browser.open("/failures")
    browser.shows("Nothing has failed")


def pause(programs, browser):
    uuids = [programs.enqueue("users", sound(f"hooli-{number}.json", 100 * number)) for number in (1, 2)]
    browser.sign_in()
    browser.open("/relocations?status=in_progress")
    browser.follow("Pause 2")
    browser.shows("Pause 2 relocations?")
    browser.confirm()
    browser.shows("2 relocations will pause.")
    assert [programs.status(uuid)["status"] for uuid in uuids] == ["PAUSE", "PAUSE"]
    browser.open(f"/relocations/{uuids[0]}")
    browser.follow("Continue")
    browser.confirm()
    browser.shows("1 relocation will continue.")
    browser.follow("Cancel")
    browser.follow("Leave it as it is")
    browser.follow("Cancel")
    browser.confirm()
    browser.shows("Ended by an operator: cancelled")
    browser.follow("Delete tasks")
    browser.confirm()
    browser.shows("lost the tasks")
    assert programs.status(uuids[0])["payloadBytes"] == 0

    # The queue of a destination, and a worker.
    browser.open("/")
    browser.follow("Pause queue default")
    browser.confirm()
    browser.shows("Queue paused")
    browser.follow("Continue queue default")
    browser.confirm()
    browser.shows("The queue continues.")
    programs.start("run")
    browser.open("/")
    browser.shows("Idle")
    browser.find("#workers .row-actions a").click()
    browser.shows("takes no more")
    browser.confirm()
    browser.shows("Idle, quiet")
    programs.enqueue("unpause", uuids[1])
    time.sleep(1.5)
    assert programs.status(uuids[1])["status"] == "IN_PROGRESS"
    browser.find("#workers .row-actions a").click()
    browser.confirm()
    until(lambda: programs.status(uuids[1])["status"] == "SUCCESS", "the worker goes on")


def undo(programs, browser):
    uuid = programs.enqueue("users", sound("globex.json", count=5))
    assert programs.drain() == 0
    # Somebody has used the installation since.
    db = sqlite3.connect(os.environ["RELOCATION_DATABASE_URL"].removeprefix("sqlite://"))
    with db:
        db.execute(
            "insert into sentry_userip (id, user_id, ip_address, first_seen, last_seen) "
            "select 900, min(id), '10.0.0.1', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z' from auth_user")
    programs.start("run")
    browser.sign_in()
    browser.open(f"/relocations/{uuid}")
    browser.follow("Undo")
    browser.shows("Nobody has counted yet")
    browser.follow("Count what an undo removes")
    browser.shows("What an undo would do")
    browser.shows("5 rows" if "5 rows" in browser.text else "removed")
    browser.follow("Undo")
    until(lambda: browser.all(".ask tbody tr"), "the plan by table")
    rows = {row.find_element(By.CSS_SELECTOR, "th").text: row.find_elements(By.CSS_SELECTOR, "td")[0].text for row in browser.all(".ask tbody tr")}
    assert rows["auth_user"] == "5" and rows["sentry_useroption"] == "5", rows
    browser.shows("In the way:")
    browser.click(".ask button.danger")
    browser.shows("refused", 60)
    browser.follow("Undo")
    browser.click("fieldset input[value='sentry_userip:900']")
    browser.click(".ask button.danger")
    browser.shows("Undone", 60)
    assert not db.execute("select count(*) from sentry_userip").fetchone()[0]
    assert programs.status(uuid)["endedBy"] == "undo"


def plain(programs, browser):
    """Everything works without JavaScript."""
    uuid = programs.enqueue("users", faulty("plain.json", 1))
    assert programs.drain() == 1
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.sign_in()
    browser.shows("Overview")
    assert not browser.find("#keys-button").is_displayed()
    browser.find(".top nav a[href='/failures']").click()
    browser.find(".group .actions a").click()
    browser.shows("Retry 1 relocation?")
    browser.confirm()
    browser.shows("1 relocation will continue.")
    assert programs.status(uuid)["status"] == "IN_PROGRESS"
    browser.find(".top nav a[href='/relocations']").click()
    browser.find("#q").send_keys("plain", Keys.ENTER)
    browser.shows("1 relocation matches")
    browser.find("a[data-open]").click()
    browser.shows(uuid)


def keys(programs, browser):
    uuids = [programs.enqueue("users", sound(f"stark-{number}.json", 100 * number)) for number in (1, 2)]
    browser.sign_in()
    browser.open("/relocations")
    send = lambda key: browser.driver.switch_to.active_element.send_keys(key)
    focused = lambda: browser.driver.switch_to.active_element.get_attribute("href") or ""
    browser.find("body").send_keys("j")
    assert focused().endswith(uuids[1]), focused()
    send("j")
    assert focused().endswith(uuids[0])
    time.sleep(1.5)  # The page has changed by itself meanwhile: the focus stays.
    assert focused().endswith(uuids[0])
    send("k")
    assert focused().endswith(uuids[1])
    send("?")
    until(lambda: browser.find("#keys").is_displayed(), "the overlay")
    send(Keys.ESCAPE)
    until(lambda: not browser.find("#keys").is_displayed(), "the overlay is gone")
    send("/")
    assert browser.driver.switch_to.active_element.get_attribute("id") == "q"
    send("jp?")
    assert browser.find("#q").get_attribute("value") == "jp?"
    browser.open(f"/relocations/{uuids[0]}")
    browser.find("body").send_keys("p")
    browser.shows("Pause this relocation?")
    # Hidden, the page asks for nothing.
    browser.open("/")
    until(lambda: browser.find("#live").text == "Live", "live")
    hide = "Object.defineProperty(document, 'hidden', {value: arguments[0], configurable: true}); document.dispatchEvent(new Event('visibilitychange'))"
    browser.driver.execute_script(hide, True)
    until(lambda: browser.find("#live").text == "Paused", "paused")
    programs.enqueue("cancel", uuids[0])
    time.sleep(2)
    assert "stark-1.json" in browser.text
    browser.driver.execute_script(hide, False)
    until(lambda: browser.find("#live").text == "Live" and "stark-1.json" not in browser.text, "live again")


def looks(programs, browser):
    """Every page at three widths in both schemes: no rule of axe is broken, nothing is wider than the window."""
    failed = programs.enqueue("users", faulty("initech.json", 1))
    done = programs.enqueue("users", sound("globex.json", 50))
    programs.drain()
    programs.enqueue("pause", programs.enqueue("users", sound("hooli.json", 200)))
    programs.enqueue("users", "--destination", "eu", sound("wayne.json", 300))
    sample = Path(__file__).parents[2] / "deploy/sample/organizations.json"
    steps = programs.enqueue("relocate", "--destination", "eu", "--owner", "ada", "--orgs", "acme", str(sample))
    programs.start("run")
    axe = Path(os.environ["BROWSER_AXE"]).read_text()
    pictures = Path(os.environ["BROWSER_PICTURES"]) if os.environ.get("BROWSER_PICTURES") else None
    pages = {
        "overview": "/", "list": "/relocations", "filtered": "/relocations?status=failure", "empty": "/relocations?q=none",
        "failures": "/failures", "failed": f"/relocations/{failed}", "done": f"/relocations/{done}",
        "dropped": f"/relocations/{done}/dropped", "ask": f"/do/skip-chunk?uuid={failed}", "step": f"/do/pause?uuid={steps}", "undo": f"/do/undo?uuid={done}",
        "problem": f"/do/pause?uuid={done}", "sign-in": "/sign-in",
    }
    browser.sign_in()
    for name, path in pages.items():
        for width in (375, 768, 1440, 1920):
            for dark in (False, True):
                browser.look(width, dark)
                browser.open(path)
                browser.find("main h1")
                where = f"{name} at {width}, {'dark' if dark else 'light'}"
                wide = browser.driver.execute_script("return document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, f"{where}: {wide} px too wide"
                if width == 375:
                    hidden = "return [...document.querySelectorAll('.scroll:has(.models)')].some(box => box.scrollWidth > box.clientWidth)"
                    assert not browser.driver.execute_script(hidden), f"{where}: counts of models are beyond the edge"
                if pictures:
                    browser.driver.save_screenshot(str(pictures / f"{name}-{width}-{'dark' if dark else 'light'}.png"))
                if width in (375, 1440):
                    check(browser, axe, where)


def check(browser, axe, where):
    browser.driver.execute_script(axe)
    found = browser.driver.execute_async_script("""
        const done = arguments[arguments.length - 1];
        axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(result => done({
            checked: result.passes.length,
            wrong: result.violations.map(rule => rule.id + ': ' + rule.nodes.map(node => node.html).slice(0, 3).join(' | ')),
        }), error => done({checked: 0, wrong: [String(error)]}));
    """)
    assert found["checked"] > 5 and not found["wrong"], f"{where}: {found}"


SCENARIOS = {scenario.__name__: scenario for scenario in (door, progress, failures, pause, undo, plain, keys, looks)}


def main(name):
    programs = Programs()
    try:
        browser = Browser(programs.serve())
        try:
            SCENARIOS[name](programs, browser)
            assert not browser.errors(), browser.errors()
        except Exception:
            print(f"at {browser.driver.current_url}:\n{browser.text}", file=sys.stderr)
            raise
        finally:
            browser.end()
    finally:
        programs.end()


main(sys.argv[1])
