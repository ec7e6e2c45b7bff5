// SPDX-License-Identifier: Apache-2.0
import CCurl
import PluginKit

/// A failure of a transfer by libcurl's number.
struct CurlFailure: Error {
    let code: CURLcode

    init(_ code: CURLcode) { self.code = code }

    /// The failure in the terms of the plugin interface.
    func pluginError(_ title: String) -> PluginError {
        let text = "\(title): \(String(cString: curl_easy_strerror(code)))"
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_URL_MALFORMAT:
            return PluginError(
                .unreachable, text, detail: ["field": "address"], retryable: code == CURLE_COULDNT_RESOLVE_HOST)
        case CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING:
            return PluginError(.unreachable, text, retryable: true)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS:
            return PluginError(
                .unreachable, "\(text): nothing was sent",
                detail: ["field": code == CURLE_SSL_PINNEDPUBKEYNOTMATCH ? "pin" : "ca_file", "reason": "certificate"])
        case CURLE_SSL_CACERT_BADFILE:
            return PluginError(.invalid, text, detail: ["field": "ca_file"])
        case CURLE_SSL_CONNECT_ERROR:
            return PluginError(.unreachable, text, detail: ["reason": "tls"], retryable: true)
        case CURLE_OPERATION_TIMEDOUT:
            return PluginError(.timeout, text, retryable: true)
        case CURLE_PARTIAL_FILE, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING,
            CURLE_WRITE_ERROR, CURLE_HTTP2:
            return PluginError(.protocol, text, retryable: true)
        default:
            return PluginError(.internal, text)
        }
    }
}
