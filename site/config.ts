/** The configuration of the generator, VitePress. */
import { contents, placeOf, type Group } from './contents.ts'
import { entries } from './entries.ts'
import { createSlug } from './markdown.ts'

const linkTo = (place: string): string => `/${place.replace(/(?:index)?\.md$/, '')}`

const renderGroup = ({ title, pages }: Group): object => ({
  text: title,
  collapsed: title === 'Decisions',
  items: pages.map((page) => ({ text: page.title, link: linkTo(placeOf(page.file)) })),
})

const reference = {
  text: 'API reference',
  collapsed: true,
  items: entries.map(({ name }) => ({ text: name, link: `/api/${name}` })),
}

/** What VitePress is told. Nothing on the site is fetched from elsewhere. */
export const config: object = {
  title: 'furlong',
  description: 'IAM-protected AWS Lambda function URLs, the whole distance',
  lang: 'en',
  srcDir: '.pages',
  outDir: 'dist',
  cacheDir: '.cache',
  cleanUrls: false,
  lastUpdated: false,
  head: [
    ['link', { rel: 'icon', href: 'data:,' }],
    // Answers are one long line, which is to be read on a telephone, too.
    [
      'style',
      {},
      '.vp-doc .language-http code { white-space: pre-wrap; overflow-wrap: anywhere; width: auto }',
    ],
  ],
  // One grammar for the anchors of GitHub and of the site.
  markdown: { anchor: { slugify: createSlug }, theme: { light: 'github-light', dark: 'github-dark' } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'What an answer means', link: '/explaining/answers' },
      { text: 'Commands', link: '/reference/commands' },
    ],
    sidebar: [...contents.map(renderGroup), reference],
    footer: { message: 'MIT licence' },
  },
}
