// Keeps an open page up to date and tells the server what was really seen. The page works without it.
"use strict";

(() => {
  const live = document.querySelector("[data-live]");
  const offline = document.getElementById("offline");
  const SEEN_AFTER_MS = 800;
  const AGAIN_MS = 1000;

  // A form is sent once: the second tap of an impatient thumb does nothing.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) {
      event.preventDefault();
      return;
    }
    event.target.dataset.sent = "yes";
    setTimeout(() => event.target.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll("form").forEach((form) => { delete form.dataset.sent; });
    document.querySelectorAll("button").forEach((button) => { button.disabled = false; });
  });

  // The totals of an estimate move along with what is approved; what counts is what the server adds up.
  document.querySelectorAll("form[data-estimate]").forEach((form) => {
    const places = Number(form.dataset.places);
    const words = (amount) => {
      const digits = String(Math.abs(amount)).padStart(places + 1, "0");
      const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
      const fraction = places ? `.${digits.slice(-places)}` : "";
      return `${amount < 0 ? "-" : ""}${form.dataset.currency} ${whole}${fraction}`;
    };
    const add = () => {
      const sums = { parts: 0, labour: 0, tax: 0 };
      for (const line of form.querySelectorAll("fieldset")) {
        if (!line.querySelector("[value=approved]:checked")) continue;
        for (const name of Object.keys(sums)) sums[name] += Number(line.dataset[name]);
      }
      const all = { ...sums, total: sums.parts + sums.labour + sums.tax };
      form.querySelectorAll("[data-sum]").forEach((place) => { place.textContent = words(all[place.dataset.sum]); });
    };
    form.addEventListener("change", add);
    addEventListener("pageshow", add);
  });

  const typed = () => {
    const area = document.getElementById("contents");
    return area !== null && area.value.trim() !== "";
  };

  // What was on the screen for a moment, with the page in front, counts as read.
  let timers = new Map();
  let told = 0;
  const tell = (seq) => {
    if (!live.dataset.seen || seq <= told || document.visibilityState !== "visible") return;
    told = seq;
    const body = new URLSearchParams({ seal: live.dataset.seal, seq: String(seq) });
    fetch(live.dataset.seen, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => { told = 0; });
    document.getElementById("mark-read")?.remove();
  };
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const item = entry.target;
      const enough = entry.isIntersecting && (entry.intersectionRatio >= 0.5 || entry.intersectionRect.height > innerHeight / 2);
      if (enough && !timers.has(item)) {
        timers.set(item, setTimeout(() => tell(Number(item.dataset.seq)), SEEN_AFTER_MS));
      } else if (!enough && timers.has(item)) {
        clearTimeout(timers.get(item));
        timers.delete(item);
      }
    }
  }, { threshold: Array.from({ length: 21 }, (_, i) => i / 20) });
  const observe = () => {
    watcher.disconnect();
    timers.forEach((timer) => clearTimeout(timer));
    timers = new Map();
    if (document.visibilityState !== "visible") return;
    document.querySelectorAll("[data-new]").forEach((item) => watcher.observe(item));
  };
  document.addEventListener("visibilitychange", observe);

  // Where the newest is on top: what is read and what has the focus stays where it is, and what came is told.
  const newestFirst = live !== null && "newestFirst" in live.dataset;
  const place = () => {
    const items = () => [...live.querySelectorAll("[data-seq]")];
    const known = new Set(items().map((item) => item.dataset.seq));
    const read = scrollY > 10 ? items().find((item) => item.getBoundingClientRect().bottom > 0) : undefined;
    const [seq, top] = [read?.dataset.seq, read?.getBoundingClientRect().top];
    const focused = live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    return () => {
      const same = seq && live.querySelector(`[data-seq="${seq}"]`);
      if (same) scrollBy(0, same.getBoundingClientRect().top - top);
      if (focused) live.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
      const came = items().find((item) => !known.has(item.dataset.seq) && !item.matches(".mine"));
      const news = document.getElementById("news");
      if (came && news) news.textContent = `New note: ${came.querySelector(".people")?.textContent ?? ""}`;
    };
  };

  // A page that came to be meanwhile gets its tab; the row stays as it is where nothing changed.
  const showTabs = () => {
    const row = document.querySelector("nav.tabs");
    const tabs = live.querySelector("template[data-tabs]")?.content;
    if (!row || !tabs || tabs.querySelectorAll("a").length === row.querySelectorAll("a").length) return;
    row.replaceChildren(tabs.cloneNode(true));
  };

  // The new part was drawn by the server, with everything people wrote made harmless there.
  const show = (html) => {
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 60;
    const open = [...live.querySelectorAll("details[open]")].map((item) => item.closest("[data-seq]")?.dataset.seq);
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const keep = newestFirst ? place() : () => {};
    live.replaceChildren(...fresh.body.childNodes);
    showTabs();
    keep();
    open.forEach((seq) => live.querySelector(`[data-seq="${seq}"] details`)?.setAttribute("open", ""));
    const newest = live.querySelector("[data-newest]")?.dataset.newest;
    if (newest) document.querySelectorAll("[data-seen-seq]").forEach((field) => { field.value = newest; });
    if (atEnd && !newestFirst && !document.activeElement?.matches("textarea")) scrollTo(0, document.documentElement.scrollHeight);
    observe();
  };

  const end = () => {
    if (!typed()) location.reload();
    else offline.textContent = "This page has ended. Copy your text before you leave it.", offline.hidden = false;
  };

  // A stream that was refused does not come back by itself: the link has ended, or the server was busy.
  const ask = () => {
    fetch(location.href, { method: "HEAD", redirect: "manual" })
      .then((answer) => { if (answer.status === 404) end(); else follow(); })
      .catch(() => setTimeout(ask, AGAIN_MS));
  };

  const follow = () => {
    const address = new URL(live.dataset.live, location.href);
    address.searchParams.set("shown", live.dataset.version);
    const source = new EventSource(address);
    source.addEventListener("open", () => { offline.hidden = true; });
    source.addEventListener("error", () => {
      offline.hidden = false;
      if (source.readyState === EventSource.CLOSED) setTimeout(ask, AGAIN_MS);
    });
    source.addEventListener("page", (event) => {
      const { html, version } = JSON.parse(event.data);
      live.dataset.version = version;
      show(html);
    });
    source.addEventListener("gone", () => {
      source.close();
      end();
    });
    addEventListener("pagehide", () => source.close());
  };

  if (live !== null) {
    observe();
    if (live.dataset.live) follow();
  }
})();
