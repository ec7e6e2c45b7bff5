// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs blocking code on a thread of its own, so that it does not take one of the few threads of Swift concurrency.
public func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}
