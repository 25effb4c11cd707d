import { render } from 'preact'
import { openSession } from './api/call.ts'
import { App } from './app.tsx'
import { startKeys } from './state/keys.ts'
import { startRouting } from './state/route.ts'
import { startSide } from './state/side.ts'
import { startTheme } from './state/theme.ts'

startTheme()
// Before the address is read: the ticket is taken out of it.
openSession()
startRouting()
startSide()
startKeys()
const page = document.querySelector('#page')
if (page !== null) render(<App />, page)
