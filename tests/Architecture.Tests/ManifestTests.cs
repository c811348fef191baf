using k8s;
using k8s.Models;
using TdxDash.Testing;

namespace TdxDash.Architecture.Tests;

/// <summary>The manifests for Kubernetes: each object is one that Kubernetes knows, without a key that it does not, and what refers to another one finds it.</summary>
public sealed class ManifestTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "kubernetes");

    private static readonly List<IKubernetesObject<V1ObjectMeta>> Objects = [.. Directory.EnumerateFiles(Folder, "*.yaml").Order(StringComparer.Ordinal)
        .SelectMany(file => KubernetesYaml.LoadAllFromString(File.ReadAllText(file), strict: true)).Cast<IKubernetesObject<V1ObjectMeta>>()];

    private static readonly (string Namespace, V1PodTemplateSpec Template, V1LabelSelector Selector)[] Workloads =
    [
        .. Objects.OfType<V1Deployment>().Select(deployment => (deployment.Namespace(), deployment.Spec.Template, deployment.Spec.Selector)),
        .. Objects.OfType<V1DaemonSet>().Select(daemons => (daemons.Namespace(), daemons.Spec.Template, daemons.Spec.Selector)),
    ];

    [Fact]
    public void Objects_OfAllManifests_AreThoseThatAreDocumented()
    {
        Assert.Equal(["ConfigMap", "DaemonSet", "Deployment", "Ingress", "Ingress", "Namespace", "Namespace", "PodDisruptionBudget", "Service", "ServiceAccount", "ServiceAccount"],
            Objects.Select(one => one.Kind).Order(StringComparer.Ordinal));
        string[] namespaces = [.. Objects.OfType<V1Namespace>().Select(one => one.Name())];
        Assert.All(Objects.Where(one => one is not V1Namespace), one => Assert.Contains(one.Namespace(), namespaces));
        Assert.Equal(2, Assert.Single(Objects.OfType<V1Deployment>()).Spec.Replicas);
    }

    [Fact]
    public void Strict_KeyThatKubernetesDoesNotKnow_IsRefused() => Assert.ThrowsAny<Exception>(() =>
        KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(Folder, "dashboard.yaml")).Replace("replicas:", "replica:", StringComparison.Ordinal), strict: true));

    [Fact]
    public void Pods_ReferTo_WhatIsThere()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "nodes.md"));
        foreach ((string space, V1PodTemplateSpec template, V1LabelSelector selector) in Workloads)
        {
            Assert.All(selector.MatchLabels, label => Assert.Equal(label.Value, template.Metadata.Labels[label.Key]));
            V1PodSpec pod = template.Spec;
            Assert.Contains(Objects.OfType<V1ServiceAccount>(), account => (account.Namespace(), account.Name()) == (space, pod.ServiceAccountName));
            string[] volumes = [.. pod.Volumes.Select(volume => volume.Name)];
            foreach (V1Container container in pod.Containers.Concat(pod.InitContainers ?? []))
            {
                Assert.All(container.VolumeMounts, mount => Assert.Contains(mount.Name, volumes));
                Assert.All(container.EnvFrom ?? [], from => Assert.Contains(Objects.OfType<V1ConfigMap>(), map => (map.Namespace(), map.Name()) == (space, from.ConfigMapRef.Name)));
                Assert.True(container.SecurityContext is { ReadOnlyRootFilesystem: true, AllowPrivilegeEscalation: false, Capabilities.Drop: ["ALL"] }, $"{container.Name} may do more than it needs");
            }

            // Secrets stand in no manifest: the document says how each is made.
            Assert.All(pod.Volumes.Where(volume => volume.Secret is not null), volume => Assert.Contains($"create secret generic {volume.Secret.SecretName} --namespace {space}", document, StringComparison.Ordinal));
        }

        Assert.Empty(Objects.OfType<V1Secret>());
    }

    [Fact]
    public void Services_LeadTo_PodsByPortsThatTheyHave()
    {
        V1Service service = Assert.Single(Objects.OfType<V1Service>());
        V1PodTemplateSpec template = Assert.Single(Workloads, workload => workload.Namespace == service.Namespace()).Template;
        Assert.All(service.Spec.Selector, label => Assert.Equal(label.Value, template.Metadata.Labels[label.Key]));
        Assert.Contains(template.Spec.Containers[0].Ports, port => port.Name == service.Spec.Ports[0].TargetPort.Value);
        V1HTTPIngressPath[] paths = [.. Objects.OfType<V1Ingress>().SelectMany(ingress => ingress.Spec.Rules).SelectMany(rule => rule.Http.Paths)];
        Assert.All(paths, path => Assert.Equal((service.Name(), service.Spec.Ports[0].Name), (path.Backend.Service.Name, path.Backend.Service.Port.Name)));
        // Only these need to find the same node again.
        V1Ingress sticky = Assert.Single(Objects.OfType<V1Ingress>(), ingress => ingress.Metadata.Annotations.ContainsKey("nginx.ingress.kubernetes.io/affinity"));
        Assert.Equal(["/_blazor", "/hubs/live", "/hubs/probe"], sticky.Spec.Rules.SelectMany(rule => rule.Http.Paths).Select(path => path.Path));
    }

    [Fact]
    public void Settings_OfTheDashboard_AreThoseOfItsHelp()
    {
        string help = File.ReadAllText(Path.Combine(Repository.Root, "src", "Web", "Options", "DashboardOptions.cs"));
        Assert.All(Assert.Single(Objects.OfType<V1ConfigMap>()).Data.Keys, key => Assert.Contains($"--{key.Replace("__", ":", StringComparison.Ordinal)} ", help, StringComparison.Ordinal));
    }
}
