// Blocks wider than the page can be scrolled with the keyboard, too.
function reach() {
  for (const block of document.querySelectorAll("pre, table")) {
    if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
}

reach();
addEventListener("resize", reach);
