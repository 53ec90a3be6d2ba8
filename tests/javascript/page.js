// As much of a page as modules of the app ask for when they are loaded: its language, and no
// translations. What a browser does is tested in one.
globalThis.document = {
  documentElement: { lang: "en" },
  getElementById: () => null,
  querySelector: () => null,
};
