// SPDX-License-Identifier: Apache-2.0
import PluginWorker
import Testing

@testable import Host

/// The part of JSON Schema the host checks.
@Suite struct SchemaTests {
    private func problems(_ schema: String, _ value: String) throws -> [String] {
        try ConfigSchema(JSONParser.parse(schema)).problems(in: JSONParser.parse(value)).map(\.description)
    }

    @Test(
        arguments: [
            (#"{"type":"integer"}"#, "1.0", []),
            (#"{"type":"integer"}"#, "1.5", ["$ must be integer, not number"]),
            (#"{"type":"number"}"#, "1", []),
            (#"{"type":["string","null"]}"#, "null", []),
            (#"{"type":["string","null"]}"#, "true", ["$ must be string or null, not boolean"]),
            (#"{"enum":["a",1]}"#, #""b""#, [#"$ must be one of "a", 1"#]),
            (#"{"enum":["a",1]}"#, "1.0", []),
            (#"{"const":{"a":[1]}}"#, #"{"a":[1]}"#, []),
            (#"{"const":3}"#, "4", ["$ must be 3"]),
            (#"{"minimum":1,"maximum":65535}"#, "0", ["$ must be at least 1"]),
            (#"{"minimum":1,"maximum":65535}"#, "65536", ["$ must be at most 65535"]),
            (#"{"minLength":2,"maxLength":3}"#, #""é""#, ["$ needs at least 2 characters"]),
            (#"{"minLength":2,"maxLength":3}"#, #""abcd""#, ["$ has more than 3 characters"]),
            (#"{"pattern":"^[a-z]+$"}"#, #""aB""#, ["$ must match the pattern ^[a-z]+$"]),
            (#"{"pattern":"^[a-z]+$"}"#, #""ab""#, []),
            (
                #"{"items":{"type":"integer"},"maxItems":2}"#, #"[1,"x",3]"#,
                ["$ has more than 2 elements", "$[1] must be integer, not string"]
            ),
            (#"{"items":false,"minItems":1}"#, "[]", ["$ needs at least 1 elements"]),
            (#"{"uniqueItems":true}"#, "[3,17,3]", ["$[2] occurs twice"]),
            (
                #"{"required":["host"],"properties":{"net":{"required":["a"]}}}"#, #"{"net":{}}"#,
                ["$.host is required", "$.net.a is required"]
            ),
            (#"{"additionalProperties":{"type":"string"}}"#, #"{"a":1}"#, ["$.a must be string, not integer"]),
            (#"{"properties":{"a":true},"additionalProperties":false}"#, #"{"a":1,"b":2}"#, ["$.b is not allowed"]),
            ("true", "7", []),
            ("false", "7", ["$ is not allowed"]),
        ] as [(String, String, [String])])
    func checks(schema: String, value: String, expected: [String]) throws {
        #expect(try problems(schema, value) == expected)
    }

    @Test(
        arguments: [
            (
                #"{"properties":{"a":{"format":"ipv4"}}}"#,
                #"config_schema $.a: the host does not know the keyword "format""#
            ),
            (#"{"items":{"oneOf":[]}}"#, #"config_schema $[]: the host does not know the keyword "oneOf""#),
            (#"{"type":"text"}"#, #"config_schema $: "type" has a value it cannot have"#),
            (#"{"minLength":-1}"#, #"config_schema $: "minLength" has a value it cannot have"#),
            (#"{"minItems":3,"maxItems":2}"#, #"config_schema $: "maxItems" has a value it cannot have"#),
            (#"{"maxItems":2,"minItems":3}"#, #"config_schema $: "minItems" has a value it cannot have"#),
            (#"{"pattern":"("}"#, #"config_schema $: "pattern" has a value it cannot have"#),
            (
                #"{"type":"integer","default":"x"}"#,
                "config_schema $: default does not fit: must be integer, not string"
            ),
            (
                #"{"properties":{"a":{"properties":{"b":{"type":"string","writeOnly":true}}}}}"#,
                "config_schema $.a.b: writeOnly is for members of the top object"
            ),
            (
                #"{"properties":{"a":{"writeOnly":true}}}"#,
                #"config_schema $.a: a writeOnly member needs "type": "string""#
            ),
            ("7", "config_schema $: a schema is an object, true or false"),
        ] as [(String, String)])
    func refusals(schema: String, expected: String) throws {
        let json = try JSONParser.parse(schema)
        do throws(SchemaError) {
            _ = try ConfigSchema(json)
            Issue.record("\(schema) was taken")
        } catch {
            #expect(error.description == expected)
        }
    }

    @Test func defaultsAreFilledInAndSecretsTakenOut() throws {
        let schema = try ConfigSchema(
            JSONParser.parse(
                #"""
                {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"t","type":"object",
                 "required":["host","password"],"additionalProperties":false,"properties":{
                  "host":{"type":"string","description":"d"},"port":{"type":"integer","default":623},
                  "tls":{"type":"object","properties":{"verify":{"type":"boolean","default":true}}},
                  "password":{"type":"string","writeOnly":true,"minLength":3}}}
                """#))
        #expect(schema.secrets == ["password"])
        let whole = try DeviceConfiguration(
            text: #"{"password":"abc","host":"h","tls":{}}"#, secrets: [:], schema: schema)
        #expect(whole.json == #"{"host":"h","tls":{"verify":true},"port":623}"#)
        #expect(whole.secrets["password"]?.withBytes { Array($0) } == Array("abc".utf8))
        let apart = try DeviceConfiguration(
            text: #"{"host":"h"}"#, secrets: ["password": Secret("xyz")], schema: schema)
        #expect(apart.secrets["password"]?.withBytes { Array($0) } == Array("xyz".utf8))
        do throws(DriverError) {
            _ = try DeviceConfiguration(text: #"{"host":"h","password":"Zq"}"#, secrets: [:], schema: schema)
            Issue.record("a short secret was taken")
        } catch {
            #expect(error.message == "configuration $.password needs at least 3 characters")
            #expect(!"\(error)".contains("Zq"))
        }
    }
}
