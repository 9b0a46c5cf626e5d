// The page works without this script. With it, what has changed is shown at once, and keys move about.
"use strict";
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const main = find("#main");
  const light = find("#live");
  const news = find("#news");

  // What changes: the server sends the parts of this page that have another text.
  let source = null;

  const show = (state, words) => {
    light.hidden = false;
    light.dataset.state = state;
    light.textContent = words;
  };

  const open = () => {
    if (source || document.hidden || !main.hasAttribute("data-live")) return;
    source = new EventSource(location.href.split("#")[0]);
    source.onopen = () => show("live", "Live");
    source.onerror = () => {
      const ended = source && source.readyState === EventSource.CLOSED;
      show("lost", ended ? "Reload" : "Waiting");
    };
    source.addEventListener("part", (event) => {
      const part = JSON.parse(event.data);
      const place = document.getElementById(part.id);
      if (place) change(place, part.html);
    });
  };

  const close = () => {
    if (!source) return;
    source.close();
    source = null;
    show("paused", "Paused");
  };

  // Elements that a listener hears of: what they say -> their text.
  const said = (place) => new Map(all("[data-say]", place).map((item) => [item.dataset.say, item.textContent.trim()]));

  const change = (place, html) => {
    const before = said(place);
    const link = place.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const fresh = place.cloneNode(false);
    fresh.innerHTML = html;
    morph(place, fresh);
    if (link && document.activeElement.getAttribute("href") !== link) {
      const again = all("a[href]", place).find((item) => item.getAttribute("href") === link);
      if (again) again.focus();
    }
    const changed = [...said(place)].filter(([name, text]) => before.has(name) && before.get(name) !== text);
    if (changed.length) news.textContent = changed.map(([name, text]) => `${name}: ${text}`).join(". ");
  };

  const sameKind = (old, fresh) => old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && old.id === fresh.id;

  // Makes one tree like another and keeps the nodes that are the same: the focus and a selection stay.
  const morph = (old, fresh) => {
    if (!sameKind(old, fresh)) return old.replaceWith(fresh);
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    }
    for (const { name, value } of [...fresh.attributes]) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    const [was, is] = [[...old.childNodes], [...fresh.childNodes]];
    is.forEach((node, place) => (place < was.length ? morph(was[place], node) : old.append(node)));
    was.slice(is.length).forEach((node) => node.remove());
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();

  // Keys. Who types is left alone; who wants none switches them off.
  const overlay = find("#keys");
  const wish = find("#keys-on");
  const button = find("#keys-button");
  const memory = "relocation.keys";
  const isOn = () => wish.checked;

  try {
    wish.checked = localStorage.getItem(memory) !== "off";
  } catch {
    // A browser that keeps nothing: keys are on.
  }
  wish.addEventListener("change", () => {
    try {
      localStorage.setItem(memory, wish.checked ? "on" : "off");
    } catch {
      // As above.
    }
  });
  button.hidden = false;
  button.addEventListener("click", () => overlay.showModal());

  const step = (by) => {
    const links = all("[data-row] a[data-open]");
    if (!links.length) return;
    const row = document.activeElement.closest("[data-row]");
    const at = row ? links.findIndex((link) => row.contains(link)) : by > 0 ? -1 : links.length;
    links[Math.min(links.length - 1, Math.max(0, at + by))].focus();
  };

  const follow = (key) => {
    const row = document.activeElement.closest("[data-row]");
    const link = (row && find(`a[data-key=${key}]`, row)) || find(`.actions a[data-key=${key}]`, main);
    if (link) link.click();
  };

  const search = () => {
    const field = find("#q");
    if (field) field.select();
    if (field) field.focus();
    else location.href = "/relocations#q";
  };

  const keys = {
    "/": search, "?": () => overlay.showModal(), j: () => step(1), k: () => step(-1), r: () => follow("r"), p: () => follow("p"),
  };

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
    if (isTyping || !isOn() || overlay.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  if (location.hash === "#q" && find("#q")) find("#q").focus();
})();
