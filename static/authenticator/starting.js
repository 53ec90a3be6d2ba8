// Hides the words that the page brings along for a start that fails, until a start has taken too long. Not a
// module: it runs before them, and where not even this one comes the words are seen.
document.documentElement.classList.add("starts");
setTimeout(() => document.documentElement.classList.remove("starts"), 6000);
