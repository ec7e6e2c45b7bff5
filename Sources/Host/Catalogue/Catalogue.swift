// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// Finds plugins by their manifests; loads nothing.
enum Catalogue {
    /// What a directory turned out to be.
    struct Finding: Sendable {
        let id: String
        let directory: String
        let result: Result<CatalogueEntry, Refusal>
    }

    /// Most plugin directories in one place.
    private static let maximumEntries = 1024

    /// Looks through the given directories, each holding one directory per plugin. The first plugin of an id wins.
    static func scan(_ directories: [String]) -> [Finding] {
        var findings: [Finding] = []
        var owners: [String: String] = [:]
        for root in directories {
            let root = absolute(root)
            let names: [String]
            do throws(Refusal) {
                _ = try TrustedFile(path: root, kind: .directory)
                names = try list(root)
            } catch {
                findings.append(Finding(id: baseName(root), directory: root, result: .failure(error)))
                continue
            }
            for name in names {
                let directory = root + "/" + name
                var finding = read(directory, name: name)
                if case .success(let entry) = finding.result {
                    if let owner = owners[entry.manifest.id] {
                        let refusal = Refusal(reason: "\(directory): id \(entry.manifest.id) is taken by \(owner)")
                        finding = Finding(id: finding.id, directory: directory, result: .failure(refusal))
                    } else {
                        owners[entry.manifest.id] = directory
                    }
                }
                findings.append(finding)
            }
        }
        return findings
    }

    /// Reads one plugin directory.
    static func read(_ directory: String, name: String) -> Finding {
        do throws(Refusal) {
            return Finding(id: name, directory: directory, result: .success(try CatalogueEntry(directory: directory)))
        } catch {
            return Finding(id: name, directory: directory, result: .failure(error))
        }
    }

    /// Names of the directories in a directory, sorted. Plain files and hidden names are nobody's plugin.
    private static func list(_ path: String) throws(Refusal) -> [String] {
        guard let stream = opendir(path) else { throw Refusal(reason: "\(path) cannot be listed") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            var facts = stat()
            guard stat(path + "/" + name, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else { continue }
            guard names.count < maximumEntries else {
                throw Refusal(reason: "\(path) holds more than \(maximumEntries) directories")
            }
            names.append(name)
        }
        return names.sorted()
    }

    private static func absolute(_ path: String) -> String {
        var path = path
        if !path.hasPrefix("/"), let current = getcwd(nil, 0) {
            path = String(cString: current) + "/" + path
            free(current)
        }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static func baseName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
