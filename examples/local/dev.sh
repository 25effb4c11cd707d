npx furlong dev app.ts
