// SPDX-License-Identifier: Apache-2.0
// ingot-bench [NAME…]: what isolation costs and what it saves. Each figure stands beside a named peer that was measured
// in the same run, in turns; rows show the medians of the rounds, and the CPU time of this process and its workers.
import Glibc

let wanted = Set(CommandLine.arguments.dropFirst())
let lab = try Lab()
print(Table.header)
for benchmark in benchmarks where wanted.isEmpty || wanted.contains(benchmark.name) {
    for row in try await benchmark.run(lab) { print(row.line) }
}
lab.remove()
if Row.hasMissed { exit(1) }
