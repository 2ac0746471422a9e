import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/proof/**/*.test.ts"],
    testTimeout: 600_000,
    silent: "passed-only",
    reporters: ["default", "./scripts/closing-line.ts"]
  }
})
