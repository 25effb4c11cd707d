/** `npm run conform -- <name> [--json]` */
import { runNamed } from './run-named.ts'

await runNamed('conform', {
  sigv4: () => import('./sigv4/run.ts'),
  fuzz: () => import('./fuzz/run.ts'),
  host: () => import('./host/run.ts'),
  url: () => import('./url/run.ts'),
  iam: () => import('./iam/run.ts'),
  explanations: () => import('./iam/explanations.ts'),
  operations: () => import('./operations/run.ts'),
  mutate: () => import('./mutate/run.ts'),
  clients: () => import('./clients/run.ts'),
  reach: () => import('./reach/run.ts'),
  template: () => import('./template/run.ts'),
  examples: () => import('./examples/run.ts'),
  packages: () => import('./packages/run.ts'),
  init: () => import('./init/run.ts'),
})
