// A reply is written under the comment that it answers: Reply opens the form, and closes it again.
const formOf = (link) => link.closest(".comment").querySelector(":scope > .answer");
const replyOf = (inside) => inside.closest(".comment").querySelector(":scope > .said .reply");

// htmx reads this when the document is ready, which is after this module has run.
for (const link of document.querySelectorAll(".reply")) {
  link.setAttribute("hx-get", link.getAttribute("href"));
  link.setAttribute("hx-sync", "this:drop"); // a second tap does not undo the first
  link.setAttribute("aria-expanded", "false");
}

function close(link) {
  formOf(link)?.remove();
  link.setAttribute("aria-expanded", "false");
  link.focus();
}

// Before htmx sees the click: a link that is to open elsewhere does, and half a double click is none.
document.addEventListener("click", (event) => {
  if (!event.target.closest(".reply")) return;
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (elsewhere || event.detail > 1) event.stopPropagation();
  if (!elsewhere && event.detail > 1) event.preventDefault();
}, {capture: true});

document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.detail.elt;
  if (!formOf(link)) return;
  event.preventDefault();
  close(link);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const form = event.target.closest(".comment")?.querySelector(":scope > .answer");
  if (!form) return;
  replyOf(form).setAttribute("aria-expanded", "true");
  const area = form.querySelector("textarea");
  area.focus({preventScroll: true});
  area.scrollIntoView({block: "nearest"});
});

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    location.href = event.detail.elt.href; // the page with the form says what is wrong
  });
}

document.addEventListener("click", (event) => {
  const cancel = event.target.closest(".answer .cancel");
  if (!cancel) return;
  event.preventDefault();
  close(replyOf(cancel));
});

// What was typed stays as a draft.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest(".answer");
  if (form && event.key === "Escape" && !event.isComposing) close(replyOf(form));
});

// A long branch can be folded away, and back.
const LONG = 5;

for (const branch of document.querySelectorAll(".comment > ol")) {
  const count = branch.querySelectorAll(".comment").length;
  const said = branch.parentElement.querySelector(":scope > .said");
  if (!said || count < LONG) continue;
  const button = document.createElement("button");
  const whose = document.createElement("span");
  whose.className = "hidden";
  whose.textContent = ` to ${said.querySelector(".by b").textContent}`;
  const say = () => button.replaceChildren(`${branch.hidden ? "Show" : "Hide"} ${count} replies`, whose);
  button.className = "fold";
  button.addEventListener("click", () => {
    branch.hidden = !branch.hidden;
    say();
  });
  say();
  said.querySelector(".acts").append(button);
}

// A moderator who has acted on a comment finds everything where it stood, and the focus there.
document.addEventListener("submit", (event) => {
  if (!event.target.matches(".moderation")) return;
  const comments = [...document.querySelectorAll(".comment[id]")];
  const acted = comments.indexOf(event.target.closest(".comment"));
  const stood = comments.slice(0, acted + 1).map((comment) => [comment.id, comment.getBoundingClientRect().top]);
  sessionStorage.setItem("stood", JSON.stringify(stood.reverse())); // the nearest one that stays will do
});
addEventListener("load", () => {
  const stood = JSON.parse(sessionStorage.getItem("stood"));
  sessionStorage.removeItem("stood");
  if (!stood) return;
  const target = document.getElementById(location.hash.slice(1));
  const at = target?.querySelector(":scope > .said .when, :scope > .stone") ?? target;
  if (at && !at.href) at.tabIndex = -1;
  at?.focus({preventScroll: true});
  const [id, top] = stood.find(([id]) => document.getElementById(id)) ?? [];
  if (id) scrollBy(0, document.getElementById(id).getBoundingClientRect().top - top);
});
