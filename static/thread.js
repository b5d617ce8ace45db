// A reply is written under the comment that it answers: Reply opens the form, and closes it again.
const formOf = (link) => link.closest(".comment").querySelector(":scope > .answer");

// htmx reads this when the document is ready, which is after this module has run.
for (const link of document.querySelectorAll(".reply")) {
  link.setAttribute("hx-get", link.getAttribute("href"));
}

function close(link) {
  formOf(link)?.remove();
  link.removeAttribute("aria-expanded");
  link.focus();
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.detail.elt;
  if (!formOf(link)) return;
  event.preventDefault();
  close(link);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const form = event.target.closest(".comment")?.querySelector(":scope > .answer");
  if (!form) return;
  form.parentElement.querySelector(".reply").setAttribute("aria-expanded", "true");
  form.querySelector("textarea").focus();
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
  close(cancel.closest(".comment").querySelector(".reply"));
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

// A moderator who has acted on a comment stays where it stood.
document.addEventListener("submit", (event) => {
  if (event.target.matches(".moderation")) sessionStorage.setItem("at", scrollY);
});
addEventListener("load", () => {
  const at = sessionStorage.getItem("at");
  sessionStorage.removeItem("at");
  if (at) scrollTo(0, at);
});
