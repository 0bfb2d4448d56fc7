import parser from '@typescript-eslint/parser'
import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'

// oxlint reads the TypeScript; this reads the templates, which oxlint cannot.
export default [
  { ignores: ['**/dist/**', '**/node_modules/**', '**/*.ts', '**/*.tsx', '**/*.js', '**/*.mjs'] },
  ...vue.configs['flat/recommended'],
  ...accessibility.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser, sourceType: 'module' } },
    rules: {
      // Text of people is shown as text.
      'vue/no-v-html': 'error',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      // One word says enough: Button, Field, Tag.
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      // Layout is kept by width, not by one attribute a line.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'always', normal: 'never', component: 'always' } }],
      'vue/attributes-order': 'off',
      // A Field gives its label the id of the control in its slot, which a template cannot see.
      'vuejs-accessibility/label-has-for': 'off',
      'vuejs-accessibility/form-control-has-label': 'off',
    },
  },
]
