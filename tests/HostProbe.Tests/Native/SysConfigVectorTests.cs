using System.Text.Json;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.SysConfig;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Native;

/// <summary>Holds the emulated module's TDH.SYS.CONFIG against answers of Intel's own module code, and against the model in C#.</summary>
public sealed class SysConfigVectorTests(ITestOutputHelper output)
{
    private static string Folder =>
        Environment.GetEnvironmentVariable("TDXDASH_VECTORS") is { Length: > 0 } folder ? folder : Repository.Data("vectors");

    [Fact]
    public void SysConfig_OfEveryVector_AnswersAsTheModule()
    {
        using EmulatedModule module = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));
        var wrong = new List<string>();
        var families = new SortedDictionary<string, (int Passed, int Failed)>(StringComparer.Ordinal);
        foreach (string line in Directory.GetFiles(Folder, "sysconfig*.jsonl").SelectMany(File.ReadLines).Where(line => line.Length > 0))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            SysConfigCase call = new(Platform(root), Operands(root));
            SysConfigAnswer expected = Expected(root.GetProperty("expect"));
            SysConfigAnswer native = call.AskLibrary(module);
            SysConfigAnswer model = call.AskModel();
            bool same = native == expected && native == model;
            string family = root.GetProperty("family").GetString()!.Split('/', ':')[0];
            (int passed, int failed) = families.GetValueOrDefault(family);
            families[family] = same ? (passed + 1, failed) : (passed, failed + 1);
            if (!same)
            {
                wrong.Add($"{root.GetProperty("id")} {root.GetProperty("family")}: expected {Describe(expected)}, C {Describe(native)}, C# {Describe(model)}");
            }
        }

        foreach ((string family, (int passed, int failed)) in families)
        {
            output.WriteLine($"sysconfig {family}: {passed} passed, {failed} failed");
        }

        output.WriteLine($"sysconfig: {families.Values.Sum(f => f.Passed)} passed, {families.Values.Sum(f => f.Failed)} failed");
        Assert.NotEmpty(families);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(40)));
    }

    private static SysConfigAnswer Expected(JsonElement expect) =>
        new(Number(expect.GetProperty("status")), (SysState)expect.GetProperty("sys_state_after").GetInt32(), expect.GetProperty("hkid_after").GetUInt64());

    private static SysConfigPlatform Platform(JsonElement root)
    {
        JsonElement env = root.GetProperty("env");
        return new SysConfigPlatform
        {
            HkidStartBit = env.GetProperty("hkid_start_bit").GetInt32(),
            HkidBits = env.GetProperty("hkid_bits").GetInt32(),
            PrivateHkidMin = env.GetProperty("private_hkid_min").GetUInt32(),
            PrivateHkidMax = env.GetProperty("private_hkid_max").GetUInt32(),
            Seamrr = new RawRange(Number(env.GetProperty("seamrr_base")), Number(env.GetProperty("seamrr_size"))),
            Cmrs = Ranges(root.GetProperty("cmrs")),
            State = (SysState)env.GetProperty("sys_state").GetInt32(),
            LogicalProcessors = env.GetProperty("num_lps").GetUInt32(),
            InitializedLogicalProcessors = env.GetProperty("num_init_lps").GetUInt32(),
            GlobalLockHeld = env.GetProperty("global_lock").GetUInt32() != 0,
        };
    }

    private static SysConfigOperands Operands(JsonElement root)
    {
        JsonElement env = root.GetProperty("env");
        return new SysConfigOperands(Number(env.GetProperty("rcx")), Number(env.GetProperty("rdx")), Number(env.GetProperty("r8")),
            [.. root.GetProperty("tdmrs").EnumerateArray().Select(tdmr => new TdmrInfo(
                Number(tdmr.GetProperty("pa")),
                new RawRange(Number(tdmr.GetProperty("base")), Number(tdmr.GetProperty("size"))),
                Range(tdmr.GetProperty("pamt_4k")),
                Range(tdmr.GetProperty("pamt_2m")),
                Range(tdmr.GetProperty("pamt_1g")),
                Ranges(tdmr.GetProperty("rsvd"))))]);
    }

    private static RawRange[] Ranges(JsonElement array) => [.. array.EnumerateArray().Select(Range)];

    private static RawRange Range(JsonElement pair) => new(Number(pair[0]), Number(pair[1]));

    private static ulong Number(JsonElement text) =>
        Hex.TryParse(text.GetString(), out ulong value) ? value : throw new FormatException($"{text} is not a number.");

    private static string Describe(SysConfigAnswer answer) => $"{Hex.Plain(answer.Status)} {answer.State} {answer.Hkid}";
}
