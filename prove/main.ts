/** `npm run prove -- <name> [--json]`: what is promised for any moment, tried at many of them. */
import { runNamed } from '../conform/run-named.ts'

await runNamed('prove', {
  kill: () => import('./run-kill.ts'),
  deploy: () => import('./run-deploy.ts'),
  faults: () => import('./faults/run.ts'),
  fuzz: () => import('./fuzz/run.ts'),
  console: () => import('./run-console.ts'),
  soak: () => import('./soak/run.ts'),
})
