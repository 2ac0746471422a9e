/**
 * A self-signed certificate made in the process, so that TLS tests need no program and no file: the least of X.509 v3
 * (RFC 5280) in DER, with an elliptic key and the names a client checks.
 */
import { generateKeyPairSync, sign } from "node:crypto"
import * as net from "node:net"

const element = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const head =
    length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from(head), content])
}
const sequence = (...parts: ReadonlyArray<Uint8Array>) => element(0x30, ...parts)
const bytes = (hex: string) => Buffer.from(hex, "hex")

const ecdsaWithSha256 = sequence(element(0x06, bytes("2a8648ce3d040302")))
const commonName = (name: string) =>
  sequence(element(0x31, sequence(element(0x06, bytes("550403")), element(0x0c, Buffer.from(name)))))
const subjectAlternativeNames = (names: ReadonlyArray<string>) =>
  sequence(
    element(0x06, bytes("551d11")),
    element(
      0x04,
      sequence(
        ...names.map((name) =>
          net.isIPv4(name) ? element(0x87, Buffer.from(name.split(".").map(Number))) : element(0x82, Buffer.from(name))
        )
      )
    )
  )
const pem = (der: Uint8Array) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der)
    .toString("base64")
    .replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`

/** A key and a certificate for these host names and IPv4 addresses, valid from 2020 to 2049. */
export const makeCertificate = (
  names: ReadonlyArray<string>
): { readonly key: string; readonly certificate: string } => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  const name = commonName(names[0] ?? "localhost")
  const body = sequence(
    element(0xa0, element(0x02, bytes("02"))),
    element(0x02, bytes("01")),
    ecdsaWithSha256,
    name,
    sequence(element(0x17, Buffer.from("200101000000Z")), element(0x17, Buffer.from("491231235959Z"))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    element(0xa3, sequence(subjectAlternativeNames(names)))
  )
  const signature = element(0x03, bytes("00"), sign("sha256", body, privateKey))
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    certificate: pem(sequence(body, ecdsaWithSha256, signature))
  }
}
