/** VitePress's own theme, with the home page's session beside its title. */
import { useData } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import { h } from 'vue'
import './session.css'

const Session = () => {
  const lines = useData().frontmatter.value.session.split('\n')
  const spans = lines.map((line) => h('span', { class: { typed: line.startsWith('$ ') } }, `${line}\n`))
  return h('pre', { class: 'session' }, spans)
}

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-image': Session }),
}
