// The Count page: sliders that write into the fields beside them, layers that are chosen by a click, the address that follows.
// Without it the fields, the button and the links do the same.

const count = document.getElementById("count");
const fieldOf = (slider) => document.getElementById(slider.dataset.slides);
const stopsOf = (slider) => slider.dataset.stops?.split(" ");

// An input's slider sets rows and columns of an image, else the first number.
const typed = (slider, value) => {
  const parts = slider.dataset.slides === "input" ? fieldOf(slider).value.split("x") : [];
  if (parts.length === 3) return `${parts[0]}x${value}x${value}`;
  return parts.length === 2 ? `${value}x${parts[1]}` : value;
};
// What is typed, as a number; where no layer is chosen, the one that is drawn.
const bare = (slider) => {
  const { value } = fieldOf(slider);
  if (slider.dataset.slides === "layer" && !value) return Number(document.querySelector(".totals")?.dataset.place);
  const parts = value.split("x");
  return Number.parseFloat(parts.length === 3 ? parts[1] : parts[0]);
};

// Where the slider stands for what is typed: at the nearest stop.
const settle = (slider) => {
  const value = bare(slider);
  const stops = stopsOf(slider)?.map(Number.parseFloat);
  if (Number.isFinite(value)) {
    const away = (stop) => Math.abs(Math.log(stop / value));
    slider.value = stops ? stops.findIndex((stop) => away(stop) === Math.min(...stops.map(away))) : value;
  }
  slider.setAttribute("aria-valuetext", fieldOf(slider).value || slider.value);
};

for (const slider of count.querySelectorAll("[data-slides]")) {
  const field = fieldOf(slider);
  slider.addEventListener("input", () => {
    field.value = typed(slider, stopsOf(slider)?.[slider.value] ?? slider.value);
    slider.setAttribute("aria-valuetext", field.value);
  });
  field.addEventListener("input", () => settle(slider));
  settle(slider);
}

// A layer in the table or in the picture, and the largest batch: chosen without leaving the page.
count.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-layer], [data-batch]");
  if (!chosen || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const field = document.getElementById(chosen.dataset.layer ? "layer" : "batch");
  field.value = chosen.dataset.layer ?? chosen.dataset.batch;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// After every answer: the address of this state, the field that is wrong, as many layers to slide through as there are.
document.addEventListener("htmx:after:swap", () => {
  const values = [...new FormData(count)].filter(([, value]) => value);
  history.replaceState(null, "", `${count.action}?${new URLSearchParams(values)}`);
  const wrong = document.querySelector("#told p")?.dataset.field;
  for (const field of count.querySelectorAll("[name]")) {
    field.toggleAttribute("aria-invalid", false);
    if (field.name === wrong) field.setAttribute("aria-invalid", "true");
  }
  const totals = document.querySelector(".totals");
  if (!totals) return;
  const slider = count.querySelector("[data-slides=layer]");
  slider.max = totals.dataset.layers;
  fieldOf(slider).placeholder = totals.dataset.place;
  settle(slider);
});
