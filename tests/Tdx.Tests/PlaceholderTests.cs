namespace TdxDash.Testing;

public sealed class PlaceholderTests;
