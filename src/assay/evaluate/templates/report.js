"use strict";
(() => {
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest('a[href^="#sample-"]')) setTimeout(reveal);
  });
  reveal();

  const form = document.getElementById("filter");
  if (!form) return;
  const samples = [...document.querySelectorAll(".sample")].map((element) => ({ element, text: null }));
  const { variant, status, text } = form.elements;
  const matching = document.getElementById("matching");
  const holds = (sample, wanted) => {
    sample.text ??= sample.element.textContent.toLowerCase();
    return sample.text.includes(wanted);
  };
  const apply = () => {
    const wanted = text.value.trim().toLowerCase();
    let count = 0;
    for (const sample of samples) {
      const { dataset } = sample.element;
      const match =
        (!variant.value || dataset.variant === variant.value) &&
        (!status.value || dataset.status === status.value) &&
        (!wanted || holds(sample, wanted));
      sample.element.hidden = !match;
      count += match;
    }
    matching.textContent = `${count.toLocaleString("en")} of ${samples.length.toLocaleString("en")} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
