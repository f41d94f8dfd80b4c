// What pages do beyond links and forms. Without it everything can still be read, predicted, run and reviewed.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// "/" goes to the search field, Escape out of it.
document.addEventListener("keydown", (event) => {
  const field = one(".search input");
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
  } else if (event.key === "Escape" && event.target.closest(".search")) {
    one("#found").replaceChildren();
    field.blur();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.closest(".search")) {
    const stops = [field, ...all("#found a")];
    const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (stops[next]) {
      event.preventDefault();
      stops[next].focus();
    }
  }
});
document.addEventListener("click", (event) => {
  if (!event.target.closest(".search")) one("#found")?.replaceChildren();
});

// The slider and the number beside it say the same.
all("input[type=range][data-for]").forEach((slider) => {
  const number = document.getElementById(slider.dataset.for);
  slider.addEventListener("input", () => (number.value = slider.value));
  number.addEventListener("input", () => (slider.value = number.value));
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

// Copy the code.
all("[data-copy]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText);
    button.classList.add("right");
    button.textContent = "✓";
  });
});

// Make one piece of a page like another without replacing what has not changed: what is focused, half pressed, spoken or
// still moving stays what it is.
const become = (now, then) => {
  if (now.nodeName !== then.nodeName || now.id !== then.id) return now.replaceWith(then);
  if (now.nodeType === Node.TEXT_NODE && now.data !== then.data) now.data = then.data;
  if (now.nodeType !== Node.ELEMENT_NODE) return undefined;
  for (const { name } of [...now.attributes]) if (!then.hasAttribute(name)) now.removeAttribute(name);
  for (const { name, value } of then.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  return children(now, then);
};
const children = (now, then) => {
  const wanted = [...then.childNodes];
  while (now.childNodes.length > wanted.length) now.lastChild.remove();
  wanted.forEach((child, place) => (now.childNodes[place] ? become(now.childNodes[place], child) : now.append(child)));
};

// A word of the dictionary opens what is said of it where it stands. Escape, or a click elsewhere, closes it and the word has
// the keyboard again: the browser sees to both.
const beside = (about, word) => {
  const place = word.getClientRects()[0];
  const left = Math.min(place.left, document.documentElement.clientWidth - about.offsetWidth - 12);
  const under = place.bottom + 6 + about.offsetHeight < innerHeight || place.top < about.offsetHeight + 12;
  about.style.left = `${Math.max(12, left) + scrollX}px`;
  about.style.top = `${(under ? place.bottom + 6 : place.top - 6 - about.offsetHeight) + scrollY}px`;
};
all("a.term").forEach((word) => {
  const about = document.getElementById(`about-${word.hash.slice(1)}`);
  if (!about?.showPopover) return;
  word.setAttribute("aria-haspopup", "dialog");
  word.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    about.showPopover();
    beside(about, word);
    window.addEventListener("resize", () => about.matches(":popover-open") && beside(about, word));
    about.focus({ preventScroll: true });
  });
});

// A run under way: every message is the moving part of the page. One stream, closed while nobody looks.
const live = one("#live[data-events]");
if (live) {
  let source;
  const show = (html) => {
    const piece = document.createElement("template");
    piece.innerHTML = html;
    children(live, piece.content);
  };
  const listen = () => {
    source = new EventSource(live.dataset.events);
    source.onmessage = (message) => show(message.data);
    source.addEventListener("over", () => {
      source.close();
      source = null;
      live.removeAttribute("data-events");
    });
  };
  listen();
  document.addEventListener("visibilitychange", () => {
    if (!live.dataset.events) return;
    source?.close();
    if (!document.hidden) listen();
  });
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && live.dataset.events && listen());
}

// Keys of the review: a digit chooses, Enter or space goes on.
const review = one("[data-review]");
if (review) {
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = all("button[data-key]", review);
    const pressed = buttons.find((button) => button.dataset.key === event.key);
    if (pressed) {
      event.preventDefault();
      pressed.click();
    }
  });
}

// The figure answers to the pointer and the keyboard once it has been looked at; until then, and without us, it is a picture.
const dark = () => {
  const theme = document.documentElement.dataset.theme;
  return theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
};
let vega;
const bundle = () =>
  (vega ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/static/vega.js";
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  }));
const draw = async (box) => {
  const address = `${box.dataset.figure}&theme=${dark() ? "dark" : "light"}&narrow=${matchMedia("(max-width: 700px)").matches}`;
  await bundle();
  const specification = await fetch(address).then((answer) => answer.json());
  const stage = document.createElement("div");
  // `ast`: expressions are interpreted, because the page forbids making code out of text.
  const options = { ast: true, renderer: "svg", actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true } };
  await window.vegaEmbed(stage, specification, options);
  stage.setAttribute("role", "img");
  stage.setAttribute("aria-label", one("img", box).alt);
  // One picture with one description: its thousand marks are not read out.
  const spoken = ["role", "aria-roledescription", "aria-label"];
  spoken.forEach((name) => all(`[${name}]`, stage).forEach((part) => part.removeAttribute(name)));
  box.replaceChildren(stage);
};
const figures = all("[data-figure]");
if (figures.length) {
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((entry) => entry.isIntersecting)) {
      seen.unobserve(entry.target);
      requestIdleCallback(() => draw(entry.target).catch(() => {}), { timeout: 1500 });
    }
  });
  figures.forEach((box) => seen.observe(box));
}
