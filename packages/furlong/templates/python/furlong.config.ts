import { defineConfig } from 'furlong'

export default defineConfig({
  entry: 'app.py',
  name: '{{name}}',
  memorySizeMb: 512,
  timeoutSeconds: 30,
  // Signed callers alone, and of them only those who are granted both permissions: a function, a role, a user, an account.
  url: { authType: 'AWS_IAM' },
  grants: [],
})
