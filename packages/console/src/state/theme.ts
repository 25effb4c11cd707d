import { computed, type ReadonlySignal, signal } from '@preact/signals'

const choices = ['system', 'light', 'dark'] as const
export type Theme = (typeof choices)[number]

const key = 'furlong-theme'
const chosen = signal<Theme>('system')

/** What was chosen: the system's theme, or one of the two. */
export const theme: ReadonlySignal<Theme> = computed(() => chosen.value)

/** Counts the changes of what is shown, for whoever draws with colours of its own. */
export const themeChanges: ReadonlySignal<number> = signal(0)

function apply(to: Theme): void {
  chosen.value = to
  if (to === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = to
  ;(themeChanges as { value: number }).value += 1
}

/** Shows what was chosen last time, and follows the system. */
export function startTheme(): void {
  const kept = localStorage.getItem(key)
  apply(choices.find((choice) => choice === kept) ?? 'system')
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => apply(chosen.peek()))
}

/** Goes on to the next: system, light, dark. */
export function nextTheme(): void {
  const to = choices[(choices.indexOf(chosen.peek()) + 1) % choices.length] ?? 'system'
  localStorage.setItem(key, to)
  apply(to)
}
