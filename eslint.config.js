// What ESLint holds the site's own scripts to; types and names that do not exist are tsc's work.
import { createRequire } from "node:module";

const tools = createRequire(process.argv[1]); // they are installed beside ESLint, in .venv
const js = tools("@eslint/js");

const AS_MARKUP = "Text is only ever set as text: nothing that somebody typed becomes markup.";

export default [
  { ignores: [".venv/", "static/vendor/", "staticfiles/", "var/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    rules: {
      "no-undef": "off", // tsc knows better what there is, and where
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "array-callback-return": "error",
      eqeqeq: "error",
      "no-console": ["error", { allow: ["error"] }],
      "no-constructor-return": "error",
      "no-else-return": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-lonely-if": "error",
      "no-new-func": "error",
      "no-promise-executor-return": "off",
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unmodified-loop-condition": "error",
      "no-unused-expressions": "error",
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "no-useless-rename": "error",
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-promise-reject-errors": "error",
      "no-restricted-properties": [
        "error",
        { property: "insertAdjacentHTML", message: AS_MARKUP },
        { object: "document", property: "write", message: AS_MARKUP },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "AssignmentExpression[left.property.name=/^(innerHTML|outerHTML|srcdoc)$/]",
          message: AS_MARKUP,
        },
      ],
    },
  },
];
