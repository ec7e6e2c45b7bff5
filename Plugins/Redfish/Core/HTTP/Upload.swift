// SPDX-License-Identifier: Apache-2.0
import CCurl
import PluginKit

/// Bytes that are sent while they are read, on the thread that sends.
protocol Upload: AnyObject {
    /// What the trace says instead of the bytes.
    var summary: String { get }
    /// Makes the handle send it; whatever the handle needs lives as long as the upload.
    func attach(to handle: UnsafeMutableRawPointer) -> Bool
}

/// The image of a firmware update as `multipart/form-data` (DSP0266, section "Software update").
final class MultipartImage: Upload {
    private let source: UnsafePointer<ImageSource>
    private let size: UInt64
    private let parameters: String
    private var offset: UInt64 = 0
    private var form: OpaquePointer?
    /// The host's source could not be read.
    private(set) var failure: PluginError?

    /// The source must stay valid until the transfer is over.
    init(_ source: UnsafePointer<ImageSource>, parameters: JSON) {
        self.source = source
        size = source.pointee.size
        self.parameters = parameters.encoded
    }

    deinit { curl_mime_free(form) }

    var summary: String { "multipart/form-data, an image of \(size) bytes" }

    func attach(to handle: UnsafeMutableRawPointer) -> Bool {
        guard let form = curl_mime_init(handle) else { return false }
        self.form = form
        guard let first = curl_mime_addpart(form), let second = curl_mime_addpart(form) else { return false }
        curl_mime_name(first, "UpdateParameters")
        curl_mime_type(first, "application/json")
        curl_mime_data(first, parameters, Int(bitPattern: UInt(bitPattern: -1)))
        curl_mime_name(second, "UpdateFile")
        curl_mime_filename(second, "image.bin")
        curl_mime_type(second, "application/octet-stream")
        let context = Unmanaged.passUnretained(self).toOpaque()
        let code = curl_mime_data_cb(
            second, curl_off_t(clamping: size),
            { room, size, count, context in
                guard let room, let context else { return Int(CURL_READFUNC_ABORT) }
                return Unmanaged<MultipartImage>.fromOpaque(context).takeUnretainedValue()
                    .fill(UnsafeMutableRawBufferPointer(start: room, count: size * count))
            }, nil, nil, context)
        return code == CURLE_OK
            && ingot_curl_set_pointer(handle, CURLOPT_MIMEPOST, UnsafeMutableRawPointer(form)) == CURLE_OK
    }

    private func fill(_ room: UnsafeMutableRawBufferPointer) -> Int {
        do throws(PluginError) {
            let wanted = Int(clamping: min(UInt64(room.count), size - offset))
            let bytes = try source.pointee.read(at: offset, count: wanted)
            room.copyBytes(from: bytes)
            offset += UInt64(bytes.count)
            return bytes.count
        } catch {
            failure = error
            return Int(CURL_READFUNC_ABORT)
        }
    }
}
