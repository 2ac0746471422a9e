import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/proof/**/*.test.ts"],
    testTimeout: 600_000,
    reporters: ["default", "./scripts/closing-line.ts"]
  }
})
