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

// A run under way: every message is the moving part of the page. One stream, closed while nobody looks.
const live = one("#live[data-events]");
if (live) {
  let source;
  const listen = () => {
    source = new EventSource(live.dataset.events);
    source.onmessage = (message) => (live.innerHTML = message.data);
    source.addEventListener("over", () => {
      source.close();
      source = null;
      one("#cancel")?.remove();
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
  const [specification] = await Promise.all([fetch(address).then((answer) => answer.json()), bundle()]);
  const stage = document.createElement("div");
  // `ast`: expressions are interpreted, because the page forbids making code out of text.
  const options = { ast: true, renderer: "svg", actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true } };
  await window.vegaEmbed(stage, specification, options);
  box.style.minHeight = `${box.getBoundingClientRect().height}px`;
  stage.setAttribute("role", "img");
  stage.setAttribute("aria-label", one("img", box).alt);
  all("[aria-roledescription], [aria-label]", stage).forEach((part) => part.removeAttribute("aria-label"));
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
