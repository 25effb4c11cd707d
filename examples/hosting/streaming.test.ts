/** Runs the lines of docs/hosting/streaming.md. */
import { describeGuide } from '../script.ts'

describeGuide(
  'docs/hosting/streaming.md',
  new URL('.', import.meta.url),
  { 'deploy-stream.sh': /chapter one\nchapter two\nchapter three/ },
  false,
)
