import { defineConfig } from "vitest/config"

export default defineConfig({
  test: { include: ["test/live/*.live.test.ts"], testTimeout: 300_000, reporters: ["verbose"] }
})
