// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// Threads for calls into a plugin: one per call in flight, at most `limit`; more calls wait their turn.
final class CallPool: @unchecked Sendable {
    private let limit: Int
    private let keptIdle = 8
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var queue: [@Sendable () -> Void] = []
    private var threads = 0
    private var idle = 0
    private var ended = false

    init(limit: Int) {
        self.limit = limit
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(condition)
        mutex.deallocate()
        condition.deallocate()
    }

    /// Runs the work on a thread of the pool.
    /// - Returns: false when there is no thread and none can be made.
    func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        queue.append(work)
        if idle >= queue.count {
            pthread_cond_signal(condition)
            return true
        }
        guard threads < limit else { return true }
        threads += 1
        if WorkerThread.start(name: "ingot-call", interruptible: true, { self.serve() }) { return true }
        threads -= 1
        if threads > 0 { return true }
        queue.removeLast()
        return false
    }

    /// Lets idle threads end; busy ones end after their work.
    func end() {
        pthread_mutex_lock(mutex)
        ended = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    private func serve() {
        pthread_mutex_lock(mutex)
        while true {
            if !queue.isEmpty {
                let work = queue.removeFirst()
                pthread_mutex_unlock(mutex)
                work()
                pthread_mutex_lock(mutex)
            } else if ended || idle >= keptIdle {
                break
            } else {
                idle += 1
                pthread_cond_wait(condition, mutex)
                idle -= 1
            }
        }
        threads -= 1
        pthread_mutex_unlock(mutex)
    }
}
