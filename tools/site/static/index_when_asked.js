// The index of the search is as large as all pages together: it is loaded where something is searched for.
if (new URLSearchParams(location.search).get("q")) {
  const index = document.createElement("script");
  index.src = document.documentElement.dataset.content_root + "searchindex.js";
  document.head.append(index);
}
