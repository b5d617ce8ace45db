// Ticks all comments on the page. Without it each is ticked by hand.
const all = document.querySelector("#tick-all");
const boxes = [...document.querySelectorAll("#result_list input[name=comment]")];

function show() {
  const ticked = boxes.filter((box) => box.checked).length;
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
}

if (all && boxes.length) {
  all.parentElement.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  document.querySelector("#result_list").addEventListener("change", show);
  window.addEventListener("pageshow", show); // "back" keeps the ticks
}
