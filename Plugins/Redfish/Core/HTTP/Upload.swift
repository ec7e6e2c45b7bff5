// SPDX-License-Identifier: Apache-2.0
import CCurl
import PluginKit

/// Bytes that are sent while they are read, on the thread that sends.
protocol Upload: AnyObject {
    /// What the trace says instead of the bytes.
    var summary: String { get }
    /// The type of the body; nil when the handle says it.
    var contentType: String? { get }
    /// Makes the handle send it; whatever the handle needs lives as long as the upload.
    func attach(to handle: UnsafeMutableRawPointer) -> Bool
}

/// An image on the host's side, read piece by piece.
private struct ImageReader {
    let source: UnsafePointer<ImageSource>
    let size: UInt64
    var offset: UInt64 = 0

    init(_ source: UnsafePointer<ImageSource>) {
        self.source = source
        size = source.pointee.size
    }

    /// Fills the room as far as there is something left, and says how far.
    mutating func fill(_ room: UnsafeMutableRawBufferPointer) throws(PluginError) -> Int {
        let wanted = Int(clamping: min(UInt64(room.count), size - offset))
        guard wanted > 0 else { return 0 }
        let bytes = try source.pointee.read(at: offset, count: wanted)
        room.copyBytes(from: bytes)
        offset += UInt64(bytes.count)
        return bytes.count
    }
}

/// The image of a firmware update, as `multipart/form-data` or as it is (DSP0266, section "Software update").
final class ImageUpload: Upload {
    /// How the image stands in the body.
    enum Form {
        /// After a part with these parameters, for `MultipartHttpPushUri`.
        case multipart(JSON)
        /// Alone, for `HttpPushUri`.
        case raw
    }

    private let form: Form
    private var image: ImageReader
    private var parts: OpaquePointer?
    /// The host's source could not be read.
    private(set) var failure: PluginError?

    /// The source must stay valid until the transfer is over.
    init(_ source: UnsafePointer<ImageSource>, _ form: Form) {
        image = ImageReader(source)
        self.form = form
    }

    deinit { curl_mime_free(parts) }

    /// libcurl names the type of a body in parts by itself.
    var contentType: String? {
        if case .raw = form { "application/octet-stream" } else { nil }
    }

    var summary: String { "an image of \(image.size) bytes" }

    func attach(to handle: UnsafeMutableRawPointer) -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        switch form {
        case .raw:
            return ingot_curl_set_source(handle, readImage, context, curl_off_t(clamping: image.size)) == CURLE_OK
        case .multipart(let parameters): return attach(parameters, context, to: handle)
        }
    }

    private func attach(
        _ parameters: JSON, _ context: UnsafeMutableRawPointer, to handle: UnsafeMutableRawPointer
    ) -> Bool {
        guard let parts = curl_mime_init(handle) else { return false }
        self.parts = parts
        guard let first = curl_mime_addpart(parts), let second = curl_mime_addpart(parts) else { return false }
        let text = parameters.encoded
        let size = curl_off_t(clamping: image.size)
        return curl_mime_name(first, "UpdateParameters") == CURLE_OK
            && curl_mime_type(first, "application/json") == CURLE_OK
            && curl_mime_data(first, text, text.utf8.count) == CURLE_OK
            && curl_mime_name(second, "UpdateFile") == CURLE_OK
            && curl_mime_filename(second, "image.bin") == CURLE_OK
            && curl_mime_type(second, "application/octet-stream") == CURLE_OK
            && curl_mime_data_cb(second, size, readImage, nil, nil, context) == CURLE_OK
            && ingot_curl_set_pointer(handle, CURLOPT_MIMEPOST, UnsafeMutableRawPointer(parts)) == CURLE_OK
    }

    fileprivate func fill(_ room: UnsafeMutableRawBufferPointer) -> Int {
        do throws(PluginError) {
            return try image.fill(room)
        } catch {
            failure = error
            return Int(CURL_READFUNC_ABORT)
        }
    }
}

private func readImage(
    _ room: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let room, let context else { return Int(CURL_READFUNC_ABORT) }
    return Unmanaged<ImageUpload>.fromOpaque(context).takeUnretainedValue()
        .fill(UnsafeMutableRawBufferPointer(start: room, count: size * count))
}
