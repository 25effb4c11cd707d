import { render } from 'preact'
import { App } from './app.tsx'
import { start } from './begin.ts'
import { startKeys } from './state/keys.ts'
import { startRouting } from './state/route.ts'
import { startSide } from './state/side.ts'
import { startTheme } from './state/theme.ts'

startTheme()
startRouting()
startSide()
startKeys()

/** Longest time that the first drawing waits for the first answer, in milliseconds. */
const firstAnswerMs = 150

// One drawing with rows is seen sooner than one without and a second one behind it.
await Promise.race([start.catch(() => undefined), new Promise((done) => setTimeout(done, firstAnswerMs))])
const page = document.querySelector('#page')
if (page !== null) render(<App />, page)
