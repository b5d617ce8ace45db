// The text of a comment form grows with what is typed, and is kept until it has been sent.
const PREFIX = "draft:";
const GROWS = CSS.supports("field-sizing", "content");

const key = (form) => `${PREFIX}${form.getAttribute("action")}#${form.elements.parent?.value ?? ""}`;

function storage(use) {
  try {
    return use(localStorage);
  } catch {
    return null; // full, or not allowed: the form works without
  }
}

function grow(area) {
  if (GROWS) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function save(form) {
  const text = form.elements.body.value;
  storage((kept) => (text ? kept.setItem(key(form), text) : kept.removeItem(key(form))));
}

function prepare(form) {
  const area = form.elements.body;
  if (!area || form.dataset.ready || !form.elements.token) return;
  form.dataset.ready = "yes";
  if (area.value) save(form); // typed before this ran, or shown again by the server
  else area.value = storage((kept) => kept.getItem(key(form))) ?? "";
  grow(area);
  area.addEventListener("input", () => {
    grow(area);
    save(form);
  });
  form.addEventListener("submit", () => storage(() => sessionStorage.setItem("sent", key(form))));
}

// Only an address that a sent comment leads to says that it has arrived.
function forgetSent() {
  const arrived = new URLSearchParams(location.search).has("v") || document.querySelector(".own");
  const sent = storage(() => sessionStorage.getItem("sent"));
  if (arrived && sent) {
    storage((kept) => kept.removeItem(sent));
    storage(() => sessionStorage.removeItem("sent"));
  }
}

forgetSent();
document.querySelectorAll("form.writing").forEach(prepare);
document.addEventListener("htmx:load", (event) => {
  event.target.parentElement?.querySelectorAll("form.writing").forEach(prepare);
});
