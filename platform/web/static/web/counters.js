// Counters of the ideas on this page, once a minute. Only words change, so focus and presses stay as they are.
(() => {
  "use strict";
  const place = document.querySelector("[data-counters]");
  if (!place?.dataset.counters) return;
  const EVERY = 60_000;
  // Each asking keeps the session alive. A page that lies open and unused must not do that.
  const UNUSED = 10 * 60_000;
  const MOST = 60;
  let used = Date.now();
  let votes = 0;
  for (const act of ["pointerdown", "keydown", "scroll"]) {
    document.addEventListener(act, () => (used = Date.now()), { passive: true });
  }
  // A vote brings its own numbers, newer than those on their way here.
  for (const event of ["htmx:beforeRequest", "htmx:afterSwap"]) {
    document.body.addEventListener(event, () => (votes += 1));
  }

  const say = (element, words) => {
    if (element && words !== undefined && element.textContent !== words) element.textContent = words;
  };
  const show = (found) => {
    for (const [id, words] of Object.entries(found)) {
      say(document.querySelector(`[id="like-${id}"] > span`), words.like);
      say(document.querySelector(`[id="dislike-${id}"] > span`), words.dislike);
      say(document.querySelector(`[id="idea-${id}"] [data-comments]`), words.comments);
      const balance = document.getElementById("balance");
      if (balance && words.balance !== undefined) balance.innerHTML = words.balance;
    }
  };
  const ideas = () => {
    const cards = [...document.querySelectorAll('article[id^="idea-"]')];
    const near = (card) => Math.abs(card.getBoundingClientRect().top);
    return cards.sort((a, b) => near(a) - near(b)).slice(0, MOST).map((card) => card.id.slice(5));
  };
  const ask = async () => {
    if (document.hidden || Date.now() - used > UNUSED) return;
    const address = new URL(place.dataset.counters, location.href);
    for (const id of ideas()) address.searchParams.append("idea", id);
    if (!address.searchParams.has("idea")) return;
    const before = votes;
    try {
      const answer = await fetch(address, { redirect: "error" });
      if (answer.ok) {
        const found = await answer.json();
        if (before === votes) show(found);
      }
    } catch {
      // No connection just now: the next minute asks again.
    }
  };
  setInterval(ask, EVERY);
})();
