import Testing

@testable import TextForms

@Suite struct SlugTextTests {
    @Test(
        arguments: [
            ("Molati Kaveso", "molati-kaveso"), ("", ""), ("--a__B--", "a__b"), ("a \t-- b", "a-b"), ("é!x", "x"),
            ("_-_", ""),
            ("K8s & Co.", "k8s-co"),
        ])
    func slugs(text: String, slug: String) {
        #expect(SlugText.slug(text.unicodeScalars) == slug)
    }
}
