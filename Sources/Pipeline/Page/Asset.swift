internal import Crypto
internal import TextForms

/// A file that pages use. Its address changes with its content, so that browsers keep it for good.
package struct Asset: Sendable {
    package let type: String
    package let bytes: [UInt8]
    /// `/assets/0123456789abcdef.css`
    package let address: String

    private init(_ bytes: [UInt8], type: String, suffix: String) {
        self.bytes = bytes
        self.type = type
        address = "/assets/\(Hex.text(SHA256.hash(data: bytes).prefix(8))).\(suffix)"
    }

    package static let style = Asset(PackageResources.page_css, type: "text/css; charset=utf-8", suffix: "css")
    package static let script = Asset(PackageResources.page_js, type: "text/javascript; charset=utf-8", suffix: "js")
    package static let icon = Asset(PackageResources.icon_svg, type: "image/svg+xml", suffix: "svg")
    package static let all = [style, script, icon]
}
