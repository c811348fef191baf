using System.IO.Compression;
using System.Text.Json;
using TdxDash.Tdx.Support;

namespace TdxDash.Tdx.Tests.Support;

public sealed class RedactorTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 27, 20, 15, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("peer 10.1.2.3:8443 and 192.0.2.7, then 10.1.2.3 again", "peer address-1:8443 and address-2, then address-1 again")]
    [InlineData("listen on 127.0.0.1 and 0.0.0.0, [::1] and ::", "listen on 127.0.0.1 and 0.0.0.0, [::1] and ::")]
    [InlineData("from 2001:db8::17 and fe80::1ff:fe23:4567:890a%eth0", "from address-1 and address-2%eth0")]
    [InlineData("at 20:15:00 module 1.5.08 std::string 0x1080000000 version 2.0.08.1", "at 20:15:00 module 1.5.08 std::string 0x1080000000 version address-1")]
    [InlineData("eth0 aa:bb:cc:dd:ee:0f up", "eth0 mac-1 up")]
    [InlineData("mail ops.team@dc1.example.com now", "mail mail-1 now")]
    [InlineData("boot 3ab726ca-224c-4340-8632-07899af7f180", "boot id-1")]
    [InlineData("/home/alice/.local/state and /home/alice", "/home/person-1/.local/state and /home/person-1")]
    [InlineData("https://dash.corp.example:8443/x and http://localhost:8080", "https://host-1:8443/x and http://localhost:8080")]
    [InlineData("Authorization: Bearer abc.def\nnext", "Authorization: [secret]\nnext")]
    [InlineData("used tdxe_12_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789ABCDEFG here; tdx_host_platform stays", "used [secret] here; tdx_host_platform stays")]
    [InlineData("Smtp:Password=hunter2 x", "Smtp:Password=[secret] x")]
    [InlineData("\"apiKey\": \"hunter2\"", "\"apiKey\": \"[secret]\"")]
    [InlineData("amqp://user:pa55@broker.example/x", "amqp://[secret]@host-1/x")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----\nrest", "[secret]\nrest")]
    [InlineData("Kernel command line: BOOT_IMAGE=/vm root=UUID=1 kvm_intel.tdx=1 ip=box quiet luks\nnext", "Kernel command line: BOOT_IMAGE=[parameter] root=[parameter] kvm_intel.tdx=1 ip=[parameter] quiet [parameter]\nnext")]
    [InlineData("\"[0.0] Command line: ro x=\\\"a b\\\" quiet\",\n", "\"[0.0] Command line: ro x=[parameter] [parameter] quiet\",\n")]
    [InlineData("\"kernelCommandLine\": {\n  \"value\": \"root=/dev/x nohibernate\",", "\"kernelCommandLine\": {\n  \"value\": \"root=[parameter] nohibernate\",")]
    public void Apply_Text_HasPseudonyms(string text, string expected) => Assert.Equal(expected, new Redactor().Apply(text, out _));

    [Fact]
    public void Apply_KnownNames_AreFoundInEveryCaseAndAsPartsOfOtherWords()
    {
        var redactor = new Redactor();
        redactor.Know(RedactedKind.HostName, "node-17.rack.example.org");
        redactor.Know(RedactedKind.HostName, "node-1");
        redactor.Know(RedactedKind.HostName, "<b>é ü</b>");
        redactor.Know(RedactedKind.Label, "prod");

        Assert.Equal("host-1 host-1 log-host-1.txt host-2 node-2 host-1, domain-1 production label-1",
            redactor.Apply("NODE-17 node-17.rack.example.org log-node-17.txt node-1 node-2 node-17, rack.example.org production prod", out _));
        Assert.Equal("name host-3, as JSON host-3", redactor.Apply($"name <b>é ü</b>, as JSON {JsonEncodedText.Encode("<b>é ü</b>")}", out IReadOnlyDictionary<RedactedKind, int> replaced));
        Assert.Equal(2, replaced[RedactedKind.HostName]);
        Assert.Equal("host-1", redactor.Apply("node-17", out _));
    }

    // A fleet's worth of names costs no more for each character of text.
    [Fact]
    public void Apply_TenThousandNames_EachHasItsOwn()
    {
        var redactor = new Redactor();
        string[] names = [.. Enumerable.Range(0, 10_000).Select(i => $"host-{i:D5}.dc.example")];
        Array.ForEach(names, name => redactor.Know(RedactedKind.HostName, name));

        string[] lines = redactor.Apply(string.Join('\n', names), out _).Split('\n');

        Assert.Equal(10_000, lines.Distinct().Count());
        Assert.All(lines, line => Assert.DoesNotContain("example", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Write_Files_ManifestListsEachWithWhatWasReplaced()
    {
        using var stream = new MemoryStream();
        IReadOnlyDictionary<RedactedKind, int> total = SupportBundle.Write(stream, "test 1", Time,
            [new BundleFile("a.txt", "An address", "10.1.2.3"), new BundleFile("b.txt", "The same", "10.1.2.3 10.1.2.4")], new Redactor());

        using var zip = new ZipArchive(stream);
        Assert.Equal(["a.txt", "b.txt", "manifest.json"], zip.Entries.Select(entry => entry.FullName));
        Assert.Equal("address-1 address-2", Read(zip, "b.txt"));
        using var manifest = JsonDocument.Parse(Read(zip, "manifest.json"));
        JsonElement second = manifest.RootElement.GetProperty("files")[1];
        Assert.Equal(("b.txt", "The same", 19, 2), (second.GetProperty("name").GetString(), second.GetProperty("holds").GetString(), second.GetProperty("bytes").GetInt32(), second.GetProperty("replaced").GetProperty("address").GetInt32()));
        Assert.True(manifest.RootElement.GetProperty("redacted").GetBoolean());
        Assert.Equal(2, manifest.RootElement.GetProperty("pseudonyms").GetProperty("address").GetInt32());
        Assert.Equal(3, total[RedactedKind.Address]);
    }

    [Fact]
    public void Write_WithoutARedactor_LeavesAllInAndSaysSo()
    {
        using var stream = new MemoryStream();
        SupportBundle.Write(stream, "test 1", Time, [new BundleFile("a.txt", "An address", "10.1.2.3"), new BundleFile("long.txt", "Much", new string('x', SupportBundle.MostCharacters) + "end")], null);

        using var zip = new ZipArchive(stream);
        Assert.Equal("10.1.2.3", Read(zip, "a.txt"));
        Assert.EndsWith("xend", Read(zip, "long.txt"), StringComparison.Ordinal);
        Assert.Contains("Nothing was taken out", Read(zip, "manifest.json"), StringComparison.Ordinal);
        Assert.Contains("\"cut\": true", Read(zip, "manifest.json"), StringComparison.Ordinal);
    }

    private static string Read(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }
}
